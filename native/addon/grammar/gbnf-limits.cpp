#include "grammar/gbnf-limits.h"

#include "grammar/gbnf-outline.h"
#include "platform/native-error.h"

#include <algorithm>
#include <vector>

namespace {

constexpr size_t   size_max     = size_t(1) << 20;
constexpr uint64_t elements_max = uint64_t(1) << 22;
constexpr int      nesting_max  = 256;
constexpr size_t   token_max    = 1024;   // its text is tokenised in one piece
constexpr uint64_t depth_max    = 2000;   // about 130 bytes of stack each
constexpr uint64_t paths_max    = 16384;  // each is a stack of its own while a reply is held to the grammar
constexpr uint64_t visits_max   = 10'000'000;

NativeError invalid(const char * why) {
    return { "grammar.invalid", why };
}

// How far the search for left recursion goes from each rule: into the rules that an alternative begins with, and on to
// the next one where such a rule may be empty.
class LeftWalk {
  public:
    explicit LeftWalk(const std::vector<GbnfRule> & rules) : rules_(rules), reaches_(rules.size()) {}

    void check() {
        uint64_t visits = 0;
        for (size_t rule = 0; rule < rules_.size(); rule++) {
            measure(rule);
            visits += reaches_[rule].paths;
            if (reaches_[rule].depth > depth_max) {
                throw invalid("The grammar's rules begin with each other too many times.");
            }
            if (reaches_[rule].paths > paths_max || visits > visits_max) {
                throw invalid("The grammar's rules begin with each other in too many ways.");
            }
        }
    }

  private:
    struct Reach {
        uint64_t depth = 0;
        uint64_t paths = 0;  // 0: not measured yet
        bool     open  = false;
    };

    std::vector<GbnfReference> nexts(size_t rule) const {
        std::vector<GbnfReference> found;
        for (const auto & alternative : rules_[rule].alternatives) {
            for (const GbnfReference & reference : alternative) {
                const bool goes_on = rules_[reference.rule].may_be_empty;
                found.push_back({ reference.rule, goes_on ? reference.times : 1 });
                if (!goes_on) {
                    break;
                }
            }
        }
        return found;
    }

    // Without calling itself, which is what this is about.
    void measure(size_t first) {
        struct Step {
            size_t                     rule;
            std::vector<GbnfReference> nexts;
            size_t                     at = 0;
        };

        if (reaches_[first].paths > 0) {
            return;
        }
        std::vector<Step> steps;
        const auto        enter = [&](size_t rule) {
            reaches_[rule].open = true;
            steps.push_back({ rule, nexts(rule) });
        };
        enter(first);
        while (!steps.empty()) {
            Step & step = steps.back();
            if (step.at < step.nexts.size()) {
                const size_t next = step.nexts[step.at++].rule;
                if (reaches_[next].open) {
                    throw invalid("The grammar recurses on the left.");
                }
                if (reaches_[next].paths == 0) {
                    enter(next);
                }
                continue;
            }
            Reach reach{ 0, 1 };
            for (const GbnfReference & next : step.nexts) {
                reach.depth = std::max(reach.depth, reaches_[next.rule].depth);
                reach.paths = std::min(paths_max + 1, reach.paths + next.times * reaches_[next.rule].paths);
            }
            // A repetition of what may be empty is a chain of as many rules.
            const uint64_t chain = step.nexts.empty() ? 1 : step.nexts.front().times;
            reach.depth += chain;
            reaches_[step.rule] = reach;
            steps.pop_back();
        }
    }

    const std::vector<GbnfRule> & rules_;
    std::vector<Reach>            reaches_;
};

}  // namespace

void check_gbnf_limits(const std::string & gbnf) {
    if (gbnf.empty() || gbnf.size() > size_max) {
        throw invalid("The grammar is empty or larger than 1 MiB.");
    }
    const GbnfOutline outline = read_gbnf_outline(gbnf);
    if (outline.nesting > nesting_max) {
        throw invalid("The grammar is nested too deeply.");
    }
    if (outline.elements > elements_max) {
        throw invalid("The grammar repeats too much.");
    }
    if (outline.token_bytes > token_max) {
        throw invalid("The grammar names a token longer than any.");
    }
    LeftWalk(outline.rules).check();
}
