#include "grammar/trigger-watch.h"

#include "platform/native-error.h"

#include <algorithm>

static constexpr size_t reach = 1024;             // bytes at the end of the reply that are searched

static constexpr int32_t call_tokens_max = 1024;  // of a call in thoughts, which may also be a mention

TriggerWatch::TriggerWatch(const GrammarOptions & options) : trigger_tokens_(options.trigger_tokens) {
    for (const std::string & text : options.trigger_patterns) {
        const bool anchored = !text.empty() && text.front() == '^';
        try {
            patterns_.push_back({ anchored, anchored && text.back() == '$', std::regex(text) });
        } catch (const std::regex_error & error) {
            throw NativeError("grammar.invalid",
                              "The trigger pattern " + text + " is not a regular expression: " + error.what() + ".");
        }
    }
}

bool TriggerWatch::append(llama_token token, std::string_view piece, bool in_thoughts) {
    const bool was_code = code_.is_open();
    if (!in_thoughts) {
        code_.append(piece);
    }
    if (was_code && code_.is_open()) {
        drop(piece);
        return false;
    }
    mention_left_ -= mention_left_ > 0 ? 1 : 0;
    if (!completes(token, piece, was_code)) {
        return false;
    }
    if (in_thoughts) {
        mention_left_ = call_tokens_max;
        drop({});
        return false;
    }
    return true;
}

bool TriggerWatch::completes(llama_token token, std::string_view piece, bool was_code) {
    if (!was_code && std::find(trigger_tokens_.begin(), trigger_tokens_.end(), token) != trigger_tokens_.end()) {
        trigger_at_ = text_.size();
        text_.append(piece);
        tokens_ = {
            { token, text_at_ + text_.size() }
        };
        return true;
    }
    if (patterns_.empty()) {
        return false;
    }
    text_.append(piece);
    tokens_.emplace_back(token, text_at_ + text_.size());
    if (search()) {
        return true;
    }
    forget_beginning();
    return false;
}

std::vector<TriggerWatch::Part> TriggerWatch::trigger() const {
    std::vector<Part> parts;
    size_t            from = trigger_at_;
    for (const auto & [token, end] : tokens_) {
        const size_t to = end - text_at_;
        if (to > from) {
            parts.push_back({ token, std::string_view(text_).substr(from, to - from) });
            from = to;
        }
    }
    return parts;
}

bool TriggerWatch::search() {
    std::smatch match;
    for (const Pattern & pattern : patterns_) {
        if (pattern.anchored && text_at_ > 0) {
            continue;
        }
        if (pattern.whole ? std::regex_match(text_, match, pattern.regex) :
                            std::regex_search(text_, match, pattern.regex)) {
            size_t group = 1;
            while (group < match.size() && match.length(group) == 0) {
                group++;
            }
            trigger_at_ = static_cast<size_t>(match.position(group < match.size() ? group : 0));
            return true;
        }
    }
    return false;
}

// What is quoted is no part of a trigger.
void TriggerWatch::drop(std::string_view piece) {
    text_at_ += text_.size() + piece.size();
    text_.clear();
    tokens_.clear();
}

void TriggerWatch::forget_beginning() {
    if (text_.size() <= reach) {
        return;
    }
    const size_t excess = text_.size() - reach;
    text_.erase(0, excess);
    text_at_ += excess;
    while (!tokens_.empty() && tokens_.front().second <= text_at_) {
        tokens_.pop_front();
    }
}
