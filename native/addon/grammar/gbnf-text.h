#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// The text of a grammar, read from left to right. A mistake throws grammar.invalid with its line.
class GbnfText {
  public:
    explicit GbnfText(std::string_view text) : text_(text) {}

  protected:
    static bool is_digit(char byte);
    // Part of the name of a rule.
    static bool is_word(char byte);

    bool at_end() const { return at_ >= text_.size(); }

    // The next byte, or one further on; 0 at the end.
    char peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

    // Goes past `expected`; false when something else follows.
    bool take(std::string_view expected);
    void expect(std::string_view expected);

    // Goes past blanks and comments, and past line ends with `lines`.
    void skip_space(bool lines);

    std::string_view read_name();
    // A number, or `most` where it is larger.
    uint32_t         read_number(uint32_t most);
    // One character of a text or a class, which may be written as an escape.
    uint32_t         read_character();

    [[noreturn]] void fail(const std::string & why) const;

    const std::string_view text_;
    size_t                 at_ = 0;

  private:
    uint32_t read_hex(int digits);
    uint32_t read_utf8();
};
