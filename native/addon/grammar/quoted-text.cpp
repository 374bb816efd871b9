#include "grammar/quoted-text.h"

static constexpr size_t fence_min = 3;

static bool is_space(char character) {
    return character == ' ' || character == '\t' || character == '\r';
}

void QuotedText::append(std::string_view text) {
    for (const char character : text) {
        if (character == '\n') {
            end_line();
        } else {
            take(character);
        }
    }
}

bool QuotedText::is_open() const {
    if (fence_ > 0) {
        return !closes_fence();
    }
    return code_ == 0 ? run_ > 0 : run_ != code_;
}

void QuotedText::take(char character) {
    if (character == '`') {
        run_++;
    } else if (run_ > 0) {
        if (code_ == 0) {
            code_ = run_;
        } else if (code_ == run_) {
            code_ = 0;
        }
        run_ = 0;
    }

    const bool is_mark = character == '`' || character == '~';
    if (leading_ && is_mark) {
        leading_  = false;
        in_marks_ = true;
        mark_     = character;
        marks_    = 1;
    } else if (leading_ && is_space(character)) {
        return;
    } else if (in_marks_ && character == mark_) {
        marks_++;
    } else {
        leading_  = false;
        in_marks_ = false;
        rest_blank_ &= is_space(character);
        rest_ticks_ |= character == '`';
    }
}

void QuotedText::end_line() {
    if (closes_fence()) {
        fence_ = 0;
    } else if (fence_ == 0 && marks_ >= fence_min && !(mark_ == '`' && rest_ticks_)) {
        fence_      = marks_;
        fence_mark_ = mark_;
    }
    leading_    = true;
    in_marks_   = false;
    mark_       = 0;
    marks_      = 0;
    rest_blank_ = true;
    rest_ticks_ = false;
    run_        = 0;
    code_       = 0;
}

bool QuotedText::closes_fence() const {
    return fence_ > 0 && mark_ == fence_mark_ && marks_ >= fence_ && rest_blank_;
}
