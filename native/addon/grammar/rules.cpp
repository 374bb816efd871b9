#include "grammar/rules.h"

#include "platform/native-error.h"

#include <algorithm>

namespace {

using Kind = RuleItem::Kind;

// Repetitions around one another that are looked through.
constexpr int wrappers_max = 64;

bool refers(const RuleItem & item) {
    return item.kind == Kind::rule || item.kind == Kind::repeat;
}

template <class Visit> void for_each_sequence(const RuleList & list, Visit && visit) {
    for (uint32_t rule = 0; rule < list.rules.size(); rule++) {
        for (const RuleSequence & sequence : list.rules[rule].alternatives) {
            visit(rule, sequence);
        }
    }
}

template <class Visit> void for_each_item(RuleList & list, Visit && visit) {
    for (Rule & rule : list.rules) {
        for (RuleSequence & sequence : rule.alternatives) {
            std::for_each(sequence.begin(), sequence.end(), visit);
        }
    }
}

void check_defined(const RuleList & list) {
    for (const Rule & rule : list.rules) {
        if (!rule.defined) {
            throw NativeError("grammar.invalid", "The grammar has no rule " + rule.name.substr(0, 80) + ".");
        }
    }
}

// Which rules may be empty. Every alternative waits for as many items as may not be empty, as far as is known.
std::vector<bool> find_empty(const RuleList & list) {
    struct Waiting {
        uint32_t rule;
        size_t   items;
    };

    std::vector<bool>                empty(list.rules.size());
    std::vector<Waiting>             sequences;
    std::vector<std::vector<size_t>> users(list.rules.size());
    std::vector<uint32_t>            found;
    const auto                       mark = [&](uint32_t rule) {
        if (!empty[rule]) {
            empty[rule] = true;
            found.push_back(rule);
        }
    };
    for_each_sequence(list, [&](uint32_t rule, const RuleSequence & sequence) {
        size_t items = 0;
        for (const RuleItem & item : sequence) {
            if (item.kind == Kind::repeat && item.min == 0) {
                continue;
            }
            items++;
            if (refers(item)) {
                users[item.value].push_back(sequences.size());
            }
        }
        sequences.push_back({ rule, items });
        if (items == 0) {
            mark(rule);
        }
    });
    while (!found.empty()) {
        const uint32_t rule = found.back();
        found.pop_back();
        for (const size_t user : users[rule]) {
            if (--sequences[user].items == 0) {
                mark(sequences[user].rule);
            }
        }
    }
    return empty;
}

// The rules that the alternatives of each rule may begin with.
std::vector<std::vector<uint32_t>> find_beginnings(const RuleList & list, const std::vector<bool> & empty) {
    std::vector<std::vector<uint32_t>> beginnings(list.rules.size());
    for_each_sequence(list, [&](uint32_t rule, const RuleSequence & sequence) {
        for (const RuleItem & item : sequence) {
            if (!refers(item)) {
                return;
            }
            beginnings[rule].push_back(item.value);
            if (!empty[item.value] && !(item.kind == Kind::repeat && item.min == 0)) {
                return;
            }
        }
    });
    return beginnings;
}

// A walk through what rules begin with. Iterative: rules may be nested as deep as the text is long.
void check_left_recursion(const RuleList & list, const std::vector<bool> & empty) {
    enum class Mark : uint8_t { fresh, open, done };

    const std::vector<std::vector<uint32_t>> beginnings = find_beginnings(list, empty);
    std::vector<Mark>                        marks(list.rules.size(), Mark::fresh);
    std::vector<std::pair<uint32_t, size_t>> way;
    for (uint32_t first = 0; first < list.rules.size(); first++) {
        if (marks[first] == Mark::fresh) {
            marks[first] = Mark::open;
            way.emplace_back(first, 0);
        }
        while (!way.empty()) {
            auto & [rule, at] = way.back();
            if (at == beginnings[rule].size()) {
                marks[rule] = Mark::done;
                way.pop_back();
                continue;
            }
            const uint32_t next = beginnings[rule][at++];
            if (marks[next] == Mark::open) {
                throw NativeError("grammar.invalid", "A rule of the grammar begins with itself (left recursion): " +
                                                         list.rules[next].name.substr(0, 80) + ".");
            }
            if (marks[next] == Mark::fresh) {
                marks[next] = Mark::open;
                way.emplace_back(next, 0);
            }
        }
    }
}

uint32_t product(uint32_t one, uint32_t other) {
    if (one == RuleItem::unbounded || other == RuleItem::unbounded) {
        return one == 0 || other == 0 ? 0 : RuleItem::unbounded;
    }
    const uint64_t result = static_cast<uint64_t>(one) * other;
    return static_cast<uint32_t>(std::min<uint64_t>(result, RuleItem::unbounded - 1));
}

// True when x{inner} repeated as `outer` says is x from inner.min * outer.min to inner.max * outer.max times, without
// a number in between that cannot be reached.
bool is_gapless(const RuleItem & outer, const RuleItem & inner) {
    if (outer.min == outer.max || inner.min <= 1 || inner.max == RuleItem::unbounded) {
        return outer.min > 0 || outer.max == 0 || inner.min <= 1;
    }
    // From k to k + 1 times: the gap is widest at the smallest k.
    const uint64_t k = outer.min;
    return (k + 1) * inner.min <= k * inner.max + 1;
}

// Looks through rules that are only a repetition or another rule: (x{0,30}){0,30} becomes x{0,900}. The other way
// round, all the ways of sharing out the times would have to be followed.
void simplify(RuleItem & item, const RuleList & list) {
    for (int looked = 0; looked < wrappers_max && item.kind == Kind::repeat; looked++) {
        const Rule & body = list.rules[item.value];
        if (body.alternatives.size() != 1 || body.alternatives.front().size() != 1) {
            return;
        }
        const RuleItem & inner = body.alternatives.front().front();
        if (inner.kind == Kind::rule) {
            item.value = inner.value;
        } else if (inner.kind == Kind::repeat && is_gapless(item, inner)) {
            item = { Kind::repeat, inner.value, product(item.min, inner.min), product(item.max, inner.max) };
        } else {
            return;
        }
    }
}

}  // namespace

Rules prepare(RuleList list) {
    check_defined(list);
    const std::vector<bool> empty = find_empty(list);
    check_left_recursion(list, empty);
    // What may be empty may be repeated less often.
    for_each_item(list, [&](RuleItem & item) {
        if (item.kind == Kind::repeat && empty[item.value]) {
            item.min = 0;
        }
    });
    for_each_item(list, [&](RuleItem & item) { simplify(item, list); });
    Rules rules;
    rules.sets = std::move(list.sets);
    rules.root = list.root;
    for (const Rule & rule : list.rules) {
        std::vector<uint32_t> & starts = rules.starts.emplace_back();
        for (const RuleSequence & sequence : rule.alternatives) {
            starts.push_back(static_cast<uint32_t>(rules.items.size()));
            rules.items.insert(rules.items.end(), sequence.begin(), sequence.end());
            rules.items.emplace_back();
        }
    }
    return rules;
}
