#pragma once

#include <cstdint>
#include <utility>
#include <vector>

// A set of Unicode characters, without surrogates: UTF-8 has none.
class CodePoints {
  public:
    using Range = std::pair<uint32_t, uint32_t>;  // both inclusive

    static constexpr uint32_t largest = 0x10FFFF;

    // Takes ranges in any order; `negated`: all other characters.
    CodePoints(std::vector<Range> ranges, bool negated);

    bool contains(uint32_t code_point) const { return overlaps(code_point, code_point); }

    // True when one of the characters from `low` to `high` is in the set.
    bool overlaps(uint32_t low, uint32_t high) const;
    // True when all of them are.
    bool covers(uint32_t low, uint32_t high) const;

    // Sorted, without overlaps.
    const std::vector<Range> & ranges() const { return ranges_; }

  private:
    // The first range that ends at `low` or later.
    std::vector<Range>::const_iterator find(uint32_t low) const;

    std::vector<Range> ranges_;
};
