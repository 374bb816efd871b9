#include "grammar/gbnf-outline.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace {

constexpr uint64_t times_max = 2000;  // llama.cpp refuses more

bool is_word(char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') || character == '-' || character == '_';
}

class Reader {
  public:
    explicit Reader(const char * text) : text_(text) {}

    GbnfOutline read() {
        while (at_ < text_.size() && step()) {
        }
        while (!open_.empty()) {
            end_rule();
        }
        for (const auto & [rule, other] : empty_as_) {
            outline_.rules[rule].may_be_empty |= outline_.rules[other].may_be_empty;
        }
        return std::move(outline_);
    }

  private:
    // Part of a sequence, which a repetition may follow.
    struct Symbol {
        std::optional<size_t> rule;  // of a reference
        uint64_t              elements = 0;
    };

    // A rule or a group that is being read.
    struct Open {
        size_t                     rule;
        std::vector<GbnfReference> leading;
        bool                       leads;  // only references so far
        size_t                     symbols;
        std::optional<Symbol>      last;
    };

    // False where the parser would give up.
    bool step() {
        const char character = text_[at_];
        if (character == ' ' || character == '\t' || character == '\r' || character == '\n') {
            at_++;
            return true;
        }
        if (character == '#') {
            at_ = std::min(text_.find_first_of("\r\n", at_), text_.size());
            return true;
        }
        if (is_word(character)) {
            return name();
        }
        if (open_.empty()) {
            return false;
        }
        switch (character) {
            case '"':
                return characters('"');
            case '[':
                return characters(']');
            case '<':
                return token();
            case '!':
                at_++;
                return at_ < text_.size() && text_[at_] == '<' && token();
            case '.':
                at_++;
                return add({ {}, 1 });
            case '(':
                at_++;
                begin_rule(new_rule());
                outline_.nesting = std::max(outline_.nesting, static_cast<int>(open_.size()) - 1);
                return true;
            case ')':
                at_++;
                return end_group();
            case '|':
                at_++;
                return end_alternative();
            case '*':
            case '+':
                at_++;
                return repeat(character == '*' ? 0 : 1, {});
            case '?':
                at_++;
                return repeat(0, 1);
            case '{':
                return braces();
            default:
                return false;
        }
    }

    bool name() {
        const size_t from = at_;
        while (at_ < text_.size() && is_word(text_[at_])) {
            at_++;
        }
        const size_t rule = named(std::string(text_.substr(from, at_ - from)));
        const size_t next = text_.find_first_not_of(" \t", at_);
        if (next != std::string_view::npos && text_.substr(next, 3) == "::=") {
            while (!open_.empty()) {
                end_rule();
            }
            at_                  = next + 3;
            outline_.rules[rule] = {};
            begin_rule(rule);
            return true;
        }
        if (open_.empty()) {
            return false;
        }
        return add({ rule, 1 });
    }

    bool characters(char end) {
        const size_t from = ++at_;
        while (at_ < text_.size() && text_[at_] != end) {
            at_ += text_[at_] == '\\' ? 2 : 1;
        }
        if (at_ >= text_.size()) {
            return false;
        }
        if (at_ > from) {
            add({ {}, at_ - from });
        }
        at_++;
        return true;
    }

    bool token() {
        const size_t end     = std::min(text_.find('>', at_), text_.size());
        outline_.token_bytes = std::max(outline_.token_bytes, end - at_);
        at_                  = std::min(end + 1, text_.size());
        return add({ {}, 1 });
    }

    bool braces() {
        const size_t end = text_.find('}', at_);
        if (end == std::string_view::npos) {
            return false;
        }
        const std::string inside(text_.substr(at_ + 1, end - at_ - 1));
        const size_t      comma = inside.find(',');
        at_                     = end + 1;
        const auto smallest     = number(inside.substr(0, comma));
        return repeat(smallest.value_or(0), comma == std::string::npos ? smallest : number(inside.substr(comma + 1)));
    }

    static std::optional<uint64_t> number(const std::string & text) {
        std::optional<uint64_t> value;
        for (const char character : text) {
            if (character >= '0' && character <= '9') {
                value = std::min<uint64_t>(times_max, value.value_or(0) * 10 + (character - '0'));
            }
        }
        return value;
    }

    // Without `largest`: any number of times. What is repeated at least once is written out, so it is empty where that is.
    bool repeat(uint64_t smallest, std::optional<uint64_t> largest) {
        if (!open_.back().last) {
            return false;
        }
        if (largest == 0) {
            open_.back().symbols--;
            open_.back().last.reset();
            return true;
        }
        Symbol &       last  = *open_.back().last;
        const uint64_t times = std::max({ uint64_t(1), smallest, largest.value_or(1) });
        outline_.elements += last.elements * (times - 1);
        last.elements *= times;
        if (!last.rule && smallest > 0) {
            return true;
        }
        const size_t rule     = new_rule();
        GbnfRule &   repeated = outline_.rules[rule];
        repeated.may_be_empty = smallest == 0;
        if (last.rule) {
            repeated.alternatives.push_back({
                { *last.rule, times }
            });
            if (!largest) {
                repeated.alternatives.back().push_back({ rule, 1 });
            }
            if (smallest > 0) {
                empty_as_.emplace_back(rule, *last.rule);
            }
        }
        last.rule = rule;
        return true;
    }

    bool add(Symbol symbol) {
        settle_last();
        open_.back().symbols++;
        open_.back().last = symbol;
        outline_.elements += symbol.elements;
        return true;
    }

    // No repetition follows any more.
    void settle_last() {
        Open & open = open_.back();
        if (open.last && open.last->rule && open.leads) {
            open.leading.push_back({ *open.last->rule, 1 });
        } else if (open.last) {
            open.leads = false;
        }
        open.last.reset();
    }

    void begin_rule(size_t rule) { open_.push_back({ rule, {}, true, 0, {} }); }

    bool end_alternative() {
        settle_last();
        Open &     open = open_.back();
        GbnfRule & rule = outline_.rules[open.rule];
        rule.may_be_empty |= open.symbols == 0;
        rule.alternatives.push_back(std::move(open.leading));
        open = { open.rule, {}, true, 0, {} };
        return true;
    }

    void end_rule() {
        end_alternative();
        open_.pop_back();
    }

    bool end_group() {
        if (open_.size() < 2) {
            return false;
        }
        const size_t rule = open_.back().rule;
        end_rule();
        return add({ rule, 1 });
    }

    size_t new_rule() {
        outline_.rules.emplace_back();
        return outline_.rules.size() - 1;
    }

    size_t named(const std::string & name) {
        const auto found = names_.find(name);
        return found != names_.end() ? found->second : names_.emplace(name, new_rule()).first->second;
    }

    std::string_view                        text_;
    size_t                                  at_ = 0;
    GbnfOutline                             outline_;
    std::vector<Open>                       open_;
    std::unordered_map<std::string, size_t> names_;
    std::vector<std::pair<size_t, size_t>>  empty_as_;  // a rule, and one that it is empty with; in order
};

}  // namespace

GbnfOutline read_gbnf_outline(const std::string & gbnf) {
    return Reader(gbnf.c_str()).read();
}
