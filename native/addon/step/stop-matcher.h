#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// Finds stop strings in the text of a reply as it grows, also when one spans several tokens. Works on bytes; of tokens
// it only knows how many there were.
class StopMatcher {
  public:
    explicit StopMatcher(std::vector<std::string> stops);

    // Adds the text of one more token. True when a stop string is complete; text_bytes() then says where it begins.
    bool append(std::string_view piece);

    // How many of the latest tokens must wait, because their text may be the beginning of a stop string.
    size_t tokens_held() const { return held_ends_.size(); }

    // Bytes of text before the stop string that was found.
    size_t text_bytes() const { return stop_at_; }

  private:
    size_t partial_match_start() const;

    std::vector<std::string> stops_;
    size_t                   stop_bytes_max_ = 0;

    std::string         tail_;         // the end of the text, as far back as a stop string may reach
    size_t              tail_at_ = 0;  // bytes of text before tail_
    size_t              stop_at_ = 0;
    std::vector<size_t> held_ends_;    // for each held token, bytes of text up to its end
};
