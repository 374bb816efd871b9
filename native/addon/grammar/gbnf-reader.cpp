#include "grammar/gbnf-reader.h"

#include "grammar/gbnf-text.h"
#include "platform/native-error.h"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>

namespace {

using Kind = RuleItem::Kind;

constexpr size_t   bytes_max       = 1 << 20;
constexpr int      nesting_max     = 256;
// Bytes of a <token>: its text is tokenised.
constexpr size_t   token_bytes_max = 1024;
constexpr uint32_t times_max       = RuleItem::unbounded - 1;

class GbnfReader : private GbnfText {
  public:
    GbnfReader(std::string_view text, const TokenOf & token_of) : GbnfText(text), token_of_(token_of) {}

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
                sequence.push_back({ Kind::characters, any_character(), 0, 0 });
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
            const uint32_t id = read_number(times_max);
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
        min = read_number(times_max);
        skip_space(false);
        if (!take(",")) {
            max = min;
        } else {
            skip_space(false);
            if (is_digit(peek())) {
                max = read_number(times_max);
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

    uint32_t any_character() {
        if (!any_) {
            any_ = set_of({}, true);
        }
        return *any_;
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

    const TokenOf &                                    token_of_;
    int                                                nesting_ = 0;
    RuleList                                           list_;
    std::unordered_map<std::string, uint32_t>          names_;
    std::optional<uint32_t>                            any_;
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
