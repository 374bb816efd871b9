#pragma once

#include "platform/libraries.h"
#include "step/request-options.h"

#include <cstdint>
#include <string>
#include <string_view>

// Follows the thoughts of one reply: counts their tokens, and says which tokens end them when their budget is used up.
// Marks are found in the text, so it does not matter what tokens they are made of.
class ReasoningWatch {
  public:
    explicit ReasoningWatch(const ReasoningOptions & options);

    // The token that must come next; LLAMA_TOKEN_NULL: any. A character that has begun is left time to end.
    llama_token next() const;

    // Takes the token that came, whose text is `piece`.
    void append(llama_token token, std::string_view piece);

    bool thinking() const { return thinking_; }

    // Tokens of thoughts so far, with the mark that ended them and without the one that began them.
    int64_t tokens() const { return tokens_; }

  private:
    bool                             begins_text() const;
    bool                             is_spent() const;
    bool                             follow_marks();
    const std::vector<llama_token> & ending() const;

    ReasoningOptions options_;
    size_t           reach_ = 4;         // bytes of the text that are looked at: the longest mark, or a character
    std::string      text_;              // the end of the reply, after the last mark
    bool             thinking_;
    bool             has_text_ = false;  // something else than thoughts came
    int64_t          tokens_   = 0;
    size_t           endings_  = 0;      // written so far
    size_t           written_  = 0;      // tokens of the ending being written; 0: none is
};
