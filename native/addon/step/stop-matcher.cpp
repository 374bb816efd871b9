#include "step/stop-matcher.h"

#include <algorithm>
#include <utility>

StopMatcher::StopMatcher(std::vector<std::string> stops) : stops_(std::move(stops)) {
    for (const auto & stop : stops_) {
        stop_bytes_max_ = std::max(stop_bytes_max_, stop.size());
    }
}

bool StopMatcher::append(std::string_view piece) {
    tail_.append(piece);
    held_ends_.push_back(tail_at_ + tail_.size());

    size_t found = std::string::npos;
    for (const auto & stop : stops_) {
        found = std::min(found, tail_.find(stop));
    }
    if (found != std::string::npos) {
        stop_at_ = tail_at_ + found;
        return true;
    }

    // A token may be sent when none of its bytes can belong to a stop string that is still forming.
    const size_t safe_end   = tail_at_ + partial_match_start();
    const auto   first_held = std::upper_bound(held_ends_.begin(), held_ends_.end(), safe_end);
    held_ends_.erase(held_ends_.begin(), first_held);

    // Keeps only as much text as a match that ends in the next piece can reach back to.
    if (tail_.size() >= stop_bytes_max_) {
        const size_t drop = tail_.size() - (stop_bytes_max_ - 1);
        tail_.erase(0, drop);
        tail_at_ += drop;
    }
    return false;
}

// Start of the longest suffix of tail_ that is a prefix of a stop string; the size of tail_ when there is none.
size_t StopMatcher::partial_match_start() const {
    size_t start = tail_.size();
    for (const auto & stop : stops_) {
        const size_t longest = std::min(stop.size() - 1, tail_.size());
        for (size_t length = longest; length > 0; length--) {
            if (tail_.compare(tail_.size() - length, length, stop, 0, length) == 0) {
                start = std::min(start, tail_.size() - length);
                break;
            }
        }
    }
    return start;
}
