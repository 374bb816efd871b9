#include "grammar/code-points.h"

#include <algorithm>

namespace {

using Range = CodePoints::Range;

constexpr Range surrogates = { 0xD800, 0xDFFF };

std::vector<Range> joined(std::vector<Range> ranges) {
    std::sort(ranges.begin(), ranges.end());
    std::vector<Range> result;
    for (const auto & [low, high] : ranges) {
        if (low > high) {
            continue;
        }
        if (!result.empty() && low <= result.back().second + 1) {
            result.back().second = std::max(result.back().second, high);
        } else {
            result.emplace_back(low, high);
        }
    }
    return result;
}

// What `ranges`, sorted and without overlaps, leave out.
std::vector<Range> complement(const std::vector<Range> & ranges) {
    std::vector<Range> result;
    uint32_t           from = 0;
    for (const auto & [low, high] : ranges) {
        if (low > from) {
            result.emplace_back(from, std::min(low - 1, CodePoints::largest));
        }
        from = high + 1;
    }
    if (from <= CodePoints::largest) {
        result.emplace_back(from, CodePoints::largest);
    }
    return result;
}

}  // namespace

CodePoints::CodePoints(std::vector<Range> ranges, bool negated) {
    for (Range & range : ranges) {
        range.second = std::min(range.second, largest);
    }
    ranges = joined(std::move(ranges));
    if (!negated) {
        ranges = complement(ranges);
    }
    ranges.push_back(surrogates);
    ranges_ = complement(joined(std::move(ranges)));
}

bool CodePoints::overlaps(uint32_t low, uint32_t high) const {
    const auto found = find(low);
    return found != ranges_.end() && found->first <= high;
}

bool CodePoints::covers(uint32_t low, uint32_t high) const {
    const auto found = find(low);
    return found != ranges_.end() && found->first <= low && high <= found->second;
}

std::vector<Range>::const_iterator CodePoints::find(uint32_t low) const {
    return std::lower_bound(ranges_.begin(), ranges_.end(), low,
                            [](const Range & range, uint32_t value) { return range.second < value; });
}
