#pragma once

#include "grammar/quoted-text.h"
#include "platform/libraries.h"
#include "step/request-options.h"

#include <cstdint>
#include <deque>
#include <regex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Looks for the trigger of a lazy grammar. llama.cpp searches the whole reply for its patterns at every token, which
// takes longer with each. Here only the end of the reply is searched. A pattern must match within the last kilobyte;
// one that begins with ^ within the first. Where a pattern has groups, the trigger begins with the first one that
// matches something.
class TriggerWatch {
  public:
    // Throws grammar.invalid for a pattern that is not a regular expression (ECMAScript).
    explicit TriggerWatch(const GrammarOptions & options);

    // True when `token`, whose text is `piece`, completes a trigger. None does in thoughts and in quoted code.
    bool append(llama_token token, std::string_view piece, bool in_thoughts);

    // True for a while after a trigger in thoughts, where a call may have begun.
    bool mentioned() const { return mention_left_ > 0; }

    struct Part {
        llama_token      token;
        std::string_view text;  // the part of the token's text that belongs to the trigger
    };

    // After a trigger: what it is made of. Valid as long as this object is.
    std::vector<Part> trigger() const;

  private:
    struct Pattern {
        bool       anchored;  // begins with ^
        bool       whole;     // also ends with $: the whole text must match, as in llama.cpp
        std::regex regex;
    };

    bool completes(llama_token token, std::string_view piece, bool was_code);
    void drop(std::string_view piece);
    bool search();
    void forget_beginning();

    QuotedText                                 code_;
    int32_t                                    mention_left_ = 0;  // tokens
    std::vector<llama_token>                   trigger_tokens_;
    std::vector<Pattern>                       patterns_;
    std::string                                text_;            // the end of the reply
    size_t                                     text_at_    = 0;  // bytes of the reply before text_
    size_t                                     trigger_at_ = 0;  // in text_
    std::deque<std::pair<llama_token, size_t>> tokens_;          // each with the bytes of the reply up to its end
};
