#include "grammar/gbnf-text.h"

#include "platform/native-error.h"

#include <algorithm>

bool GbnfText::is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

bool GbnfText::is_word(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || is_digit(byte) || byte == '-' || byte == '_';
}

bool GbnfText::take(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) {
        return false;
    }
    at_ += expected.size();
    return true;
}

void GbnfText::expect(std::string_view expected) {
    if (!take(expected)) {
        fail("expected " + std::string(expected));
    }
}

void GbnfText::fail(const std::string & why) const {
    const auto end  = text_.begin() + static_cast<ptrdiff_t>(std::min(at_, text_.size()));
    const auto line = 1 + std::count(text_.begin(), end, '\n');
    throw NativeError("grammar.invalid", "The grammar is wrong at line " + std::to_string(line) + ": " + why + ".");
}

void GbnfText::skip_space(bool lines) {
    for (; !at_end(); at_++) {
        if (peek() == '#') {
            at_ = std::min(text_.find_first_of("\r\n", at_), text_.size());
        }
        const char byte = peek();
        if (at_end() || !(byte == ' ' || byte == '\t' || (lines && (byte == '\r' || byte == '\n')))) {
            return;
        }
    }
}

std::string_view GbnfText::read_name() {
    const size_t from = at_;
    while (is_word(peek())) {
        at_++;
    }
    if (at_ == from) {
        fail("expected the name of a rule");
    }
    return text_.substr(from, at_ - from);
}

uint32_t GbnfText::read_number(uint32_t most) {
    if (!is_digit(peek())) {
        fail("expected a number");
    }
    uint64_t number = 0;
    for (; is_digit(peek()); at_++) {
        number = std::min<uint64_t>(most, number * 10 + static_cast<uint64_t>(peek() - '0'));
    }
    return static_cast<uint32_t>(number);
}

uint32_t GbnfText::read_character() {
    if (at_end()) {
        fail("the text or the class does not end");
    }
    if (!take("\\")) {
        return read_utf8();
    }
    const char escape = peek();
    at_++;
    switch (escape) {
        case 'x':
            return read_hex(2);
        case 'u':
            return read_hex(4);
        case 'U':
            return read_hex(8);
        case 't':
            return '\t';
        case 'r':
            return '\r';
        case 'n':
            return '\n';
        case '\\':
        case '"':
        case '[':
        case ']':
        case '-':
            return static_cast<uint32_t>(escape);
        default:
            at_--;
            fail("there is no such escape");
    }
}

uint32_t GbnfText::read_hex(int digits) {
    uint32_t value = 0;
    for (int i = 0; i < digits; i++, at_++) {
        const char byte = peek();
        if (is_digit(byte)) {
            value = value * 16 + static_cast<uint32_t>(byte - '0');
        } else if ((byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F')) {
            value = value * 16 + static_cast<uint32_t>((byte | 0x20) - 'a') + 10;
        } else {
            fail("expected " + std::to_string(digits) + " hexadecimal digits");
        }
    }
    return value;
}

// The text comes from JavaScript and is valid UTF-8.
uint32_t GbnfText::read_utf8() {
    const auto lead   = static_cast<uint8_t>(text_[at_++]);
    const int  length = 1 + (lead >= 0xC0) + (lead >= 0xE0) + (lead >= 0xF0);
    uint32_t   value  = length == 1 ? lead : lead & (0xFFU >> (length + 1));
    for (int i = 1; i < length && !at_end(); i++) {
        value = (value << 6) | (static_cast<uint8_t>(text_[at_++]) & 0x3FU);
    }
    return value;
}
