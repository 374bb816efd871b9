#pragma once

#include "grammar/code-points.h"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

// One part of a sequence.
struct RuleItem {
    enum class Kind : uint32_t {
        end,          // of the sequence
        characters,   // one of the set `value`
        token,        // the token `value`
        other_token,  // any token but `value`
        rule,         // the rule `value`
        repeat,       // the rule `value`, min to max times
    };

    static constexpr uint32_t unbounded = std::numeric_limits<uint32_t>::max();

    Kind     kind  = Kind::end;
    uint32_t value = 0;
    uint32_t min   = 0;
    uint32_t max   = 0;
};

using RuleSequence = std::vector<RuleItem>;

// A rule, or a group in parentheses.
struct Rule {
    std::string               name;  // empty for a group
    bool                      defined = false;
    std::vector<RuleSequence> alternatives;
};

// A grammar as it was written.
struct RuleList {
    std::vector<CodePoints> sets;
    std::vector<Rule>       rules;
    uint32_t                root = 0;
};

// A grammar that can be matched: without left recursion, and with repetitions in their simplest form.
struct Rules {
    std::vector<CodePoints>            sets;
    std::vector<RuleItem>              items;   // all sequences, each with an end
    std::vector<std::vector<uint32_t>> starts;  // for each rule, the first item of each alternative
    uint32_t                           root = 0;
};

// Throws grammar.invalid for a rule that does not exist and for one that begins with itself.
Rules prepare(RuleList list);
