#include "step/reasoning-watch.h"

#include <algorithm>

// Tokens beyond the budget in which a character may end: it has at most four bytes.
static constexpr int64_t character_tokens = 3;

// True when the text ends within a character of UTF-8.
static bool ends_in_character(std::string_view text) {
    for (size_t back = 1; back <= std::min<size_t>(3, text.size()); back++) {
        const auto byte = static_cast<unsigned char>(text[text.size() - back]);
        if (byte >= 0xF0) {
            return true;
        }
        if (byte >= 0xC0) {
            return back < (byte >= 0xE0 ? 3 : 2);
        }
        if (byte < 0x80) {
            return false;
        }
    }
    return false;
}

ReasoningWatch::ReasoningWatch(const ReasoningOptions & options) : options_(options), thinking_(options.opened) {
    reach_ = std::max(reach_, options_.open.size());
    for (const std::string & close : options_.close) {
        reach_ = std::max(reach_, close.size());
    }
}

llama_token ReasoningWatch::next() const {
    if (written_ > 0) {
        return ending()[written_];
    }
    return is_spent() && !options_.endings.empty() ? ending().front() : LLAMA_TOKEN_NULL;
}

void ReasoningWatch::append(llama_token token, std::string_view piece) {
    if (next() == token) {
        written_++;
        if (written_ == ending().size()) {
            written_ = 0;
            endings_++;
        }
    }
    tokens_ += thinking_ ? 1 : 0;
    text_.append(piece);
    while (follow_marks()) {
    }
    has_text_ = has_text_ || (!thinking_ && begins_text());
    if (text_.size() > reach_) {
        text_.erase(0, text_.size() - reach_);
    }
}

// True when the text is not the beginning of a mark.
bool ReasoningWatch::begins_text() const {
    const size_t at = text_.find_first_not_of(" \n");
    return at != std::string::npos && options_.open.compare(0, text_.size() - at, text_, at, std::string::npos) != 0;
}

bool ReasoningWatch::is_spent() const {
    if (!thinking_ || options_.budget < 0 || tokens_ < options_.budget) {
        return false;
    }
    return !ends_in_character(text_) || tokens_ >= options_.budget + character_tokens;
}

// Takes the first mark that counts here, and the text before it. False when there is none.
bool ReasoningWatch::follow_marks() {
    size_t end = std::string::npos;
    if (thinking_) {
        size_t begin = std::string::npos;
        for (const std::string & close : options_.close) {
            const size_t at = text_.find(close);
            if (at < begin) {
                begin = at;
                end   = at + close.size();
            }
        }
    } else if (!has_text_ || !options_.at_start) {
        const size_t at = text_.find(options_.open);
        end             = at == std::string::npos ? at : at + options_.open.size();
    }
    if (end == std::string::npos) {
        return false;
    }
    text_.erase(0, end);
    thinking_ = !thinking_;
    return true;
}

// The one being written, or the next. The last stands for all that follow.
const std::vector<llama_token> & ReasoningWatch::ending() const {
    return options_.endings[std::min(endings_, options_.endings.size() - 1)];
}
