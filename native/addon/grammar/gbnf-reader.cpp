#include "grammar/gbnf-reader.h"

#include "platform/native-error.h"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace {

using Kind = RuleItem::Kind;

constexpr size_t   bytes_max       = 1 << 20;
constexpr int      nesting_max     = 256;
// Bytes of a <token>: its text is tokenised.
constexpr size_t   token_bytes_max = 1024;
constexpr uint32_t times_max       = RuleItem::unbounded - 1;

bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

bool is_word(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || is_digit(byte) || byte == '-' || byte == '_';
}

class GbnfReader {
  public:
    GbnfReader(std::string_view text, const TokenOf & token_of) : text_(text), token_of_(token_of) {}

    RuleList read(const std::string & root) {
        skip_space(true);
        while (!at_end()) {
            read_rule();
        }
        const auto found = names_.find(root);
        if (found == names_.end()) {
            throw NativeError("grammar.invalid",
                              "The grammar has no rule " + root.substr(0, 80) + ", where it begins.");
        }
        list_.root = found->second;
        return std::move(list_);
    }

  private:
    bool at_end() const { return at_ >= text_.size(); }

    // The next byte, or one further on; 0 at the end.
    char peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

    bool take(std::string_view expected) {
        if (text_.substr(at_, expected.size()) != expected) {
            return false;
        }
        at_ += expected.size();
        return true;
    }

    void expect(std::string_view expected) {
        if (!take(expected)) {
            fail("expected " + std::string(expected));
        }
    }

    [[noreturn]] void fail(const std::string & why) const {
        const auto end  = text_.begin() + static_cast<ptrdiff_t>(std::min(at_, text_.size()));
        const auto line = 1 + std::count(text_.begin(), end, '\n');
        throw NativeError("grammar.invalid", "The grammar is wrong at line " + std::to_string(line) + ": " + why + ".");
    }

    void skip_space(bool lines) {
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

    void read_rule() {
        const uint32_t rule = named(read_name());
        skip_space(false);
        expect("::=");
        skip_space(true);
        std::vector<RuleSequence> alternatives = read_alternatives(false);
        list_.rules[rule].defined              = true;
        list_.rules[rule].alternatives         = std::move(alternatives);
        if (!at_end() && !take("\r\n") && !take("\r") && !take("\n")) {
            fail("expected a new line");
        }
        skip_space(true);
    }

    std::string_view read_name() {
        const size_t from = at_;
        while (is_word(peek())) {
            at_++;
        }
        if (at_ == from) {
            fail("expected the name of a rule");
        }
        return text_.substr(from, at_ - from);
    }

    uint32_t named(std::string_view name) {
        const auto [found, fresh] = names_.emplace(name, static_cast<uint32_t>(list_.rules.size()));
        if (fresh) {
            list_.rules.emplace_back().name = name;
        }
        return found->second;
    }

    // A rule for a part that has no name.
    uint32_t unnamed(std::vector<RuleSequence> alternatives) {
        Rule & rule       = list_.rules.emplace_back();
        rule.defined      = true;
        rule.alternatives = std::move(alternatives);
        return static_cast<uint32_t>(list_.rules.size() - 1);
    }

    // Inside of parentheses, lines do not end a rule.
    std::vector<RuleSequence> read_alternatives(bool nested) {
        std::vector<RuleSequence> alternatives;
        alternatives.push_back(read_sequence(nested));
        while (take("|")) {
            skip_space(true);
            alternatives.push_back(read_sequence(nested));
        }
        return alternatives;
    }

    RuleSequence read_sequence(bool nested) {
        RuleSequence sequence;
        size_t       last   = 0;  // where the last part begins
        bool         begins = true;
        for (;; skip_space(nested)) {
            uint32_t   min  = 0;
            uint32_t   max  = 0;
            const auto from = sequence.size();
            if (read_times(min, max)) {
                if (begins) {
                    fail("there is nothing to repeat");
                }
                repeat(sequence, last, min, max);
            } else if (read_part(sequence)) {
                last   = from;
                begins = false;
            } else {
                return sequence;
            }
        }
    }

    bool read_part(RuleSequence & sequence) {
        switch (peek()) {
            case '"':
                read_text(sequence);
                return true;
            case '[':
                read_class(sequence);
                return true;
            case '<':
            case '!':
                read_token(sequence);
                return true;
            case '.':
                at_++;
                sequence.push_back({ Kind::characters, set_of({}, true), 0, 0 });
                return true;
            case '(':
                read_group(sequence);
                return true;
            default:
                break;
        }
        if (!is_word(peek())) {
            return false;
        }
        sequence.push_back({ Kind::rule, named(read_name()), 0, 0 });
        return true;
    }

    void read_group(RuleSequence & sequence) {
        at_++;
        if (++nesting_ > nesting_max) {
            fail("there are more than " + std::to_string(nesting_max) + " parentheses around each other");
        }
        skip_space(true);
        sequence.push_back({ Kind::rule, unnamed(read_alternatives(true)), 0, 0 });
        nesting_--;
        expect(")");
    }

    void read_text(RuleSequence & sequence) {
        for (at_++; !take("\"");) {
            sequence.push_back({ Kind::characters, set_of(read_character()), 0, 0 });
        }
    }

    void read_class(RuleSequence & sequence) {
        at_++;
        const bool                     negated = take("^");
        std::vector<CodePoints::Range> ranges;
        while (!take("]")) {
            const uint32_t low  = read_character();
            uint32_t       high = low;
            if (peek() == '-' && peek(1) != ']') {
                at_++;
                high = read_character();
            }
            ranges.emplace_back(low, high);
        }
        sequence.push_back({ Kind::characters, set_of(std::move(ranges), negated), 0, 0 });
    }

    // <text>, <[id]>, or one of them after !: any other token.
    void read_token(RuleSequence & sequence) {
        const Kind   kind = take("!") ? Kind::other_token : Kind::token;
        const size_t from = at_;
        expect("<");
        if (take("[")) {
            const uint32_t id = read_number();
            expect("]>");
            sequence.push_back({ kind, id, 0, 0 });
            return;
        }
        const size_t end = text_.find('>', at_);
        if (end == std::string_view::npos || end - from > token_bytes_max) {
            fail("expected > after the text of a token");
        }
        at_              = end + 1;
        const int32_t id = token_of_(text_.substr(from, at_ - from));
        if (id < 0) {
            fail("the model has no token " + std::string(text_.substr(from, std::min<size_t>(at_ - from, 80))));
        }
        sequence.push_back({ kind, static_cast<uint32_t>(id), 0, 0 });
    }

    // Reads *, +, ?, {2}, {2,} or {2,5}; false when none of them follows.
    bool read_times(uint32_t & min, uint32_t & max) {
        max = RuleItem::unbounded;
        if (take("*")) {
            return true;
        }
        if (take("+")) {
            min = 1;
            return true;
        }
        if (take("?")) {
            max = 1;
            return true;
        }
        if (!take("{")) {
            return false;
        }
        skip_space(false);
        min = read_number();
        skip_space(false);
        if (!take(",")) {
            max = min;
        } else {
            skip_space(false);
            if (is_digit(peek())) {
                max = read_number();
                skip_space(false);
            }
        }
        expect("}");
        if (max < min) {
            fail("something is repeated at least " + std::to_string(min) + " and at most " + std::to_string(max) +
                 " times");
        }
        return true;
    }

    uint32_t read_number() {
        if (!is_digit(peek())) {
            fail("expected a number");
        }
        uint64_t number = 0;
        for (; is_digit(peek()); at_++) {
            number = std::min<uint64_t>(times_max, number * 10 + static_cast<uint64_t>(peek() - '0'));
        }
        return static_cast<uint32_t>(number);
    }

    // Repeats the part of the sequence that begins at `from`.
    void repeat(RuleSequence & sequence, size_t from, uint32_t min, uint32_t max) {
        const auto begin = sequence.begin() + static_cast<ptrdiff_t>(from);
        if (begin == sequence.end() || (min == 1 && max == 1)) {
            return;
        }
        const bool   is_rule = sequence.end() - begin == 1 && begin->kind == Kind::rule;
        RuleSequence part(begin, sequence.end());
        sequence.erase(begin, sequence.end());
        if (max > 0) {
            const uint32_t body = is_rule ? part.front().value : unnamed({ std::move(part) });
            sequence.push_back({ Kind::repeat, body, min, max });
        }
    }

    uint32_t read_character() {
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

    uint32_t read_hex(int digits) {
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
    uint32_t read_utf8() {
        const auto lead   = static_cast<uint8_t>(text_[at_++]);
        const int  length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        uint32_t   value  = length == 1 ? lead : lead & (0xFFU >> (length + 1));
        for (int i = 1; i < length && !at_end(); i++) {
            value = (value << 6) | (static_cast<uint8_t>(text_[at_++]) & 0x3FU);
        }
        return value;
    }

    uint32_t set_of(uint32_t code_point) {
        const auto [found, fresh] = characters_.emplace(code_point, static_cast<uint32_t>(list_.sets.size()));
        if (fresh) {
            list_.sets.emplace_back(
                std::vector<CodePoints::Range>{
                    { code_point, code_point }
            },
                false);
        }
        return found->second;
    }

    uint32_t set_of(std::vector<CodePoints::Range> ranges, bool negated) {
        CodePoints set(std::move(ranges), negated);
        const auto [found, fresh] = classes_.emplace(set.ranges(), static_cast<uint32_t>(list_.sets.size()));
        if (fresh) {
            list_.sets.push_back(std::move(set));
        }
        return found->second;
    }

    const std::string_view                             text_;
    const TokenOf &                                    token_of_;
    size_t                                             at_      = 0;
    int                                                nesting_ = 0;
    RuleList                                           list_;
    std::unordered_map<std::string, uint32_t>          names_;
    std::unordered_map<uint32_t, uint32_t>             characters_;
    std::map<std::vector<CodePoints::Range>, uint32_t> classes_;
};

}  // namespace

RuleList read_gbnf(std::string_view text, const std::string & root, const TokenOf & token_of) {
    if (text.empty() || text.size() > bytes_max) {
        throw NativeError("grammar.invalid", "The grammar is empty or larger than 1 MiB.");
    }
    return GbnfReader(text, token_of).read(root);
}
