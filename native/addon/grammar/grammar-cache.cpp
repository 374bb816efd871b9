#include "grammar/grammar-cache.h"

#include <algorithm>

static constexpr size_t entries_max = 4;

std::shared_ptr<const Rules> GrammarCache::find(const std::string & gbnf, const std::string & root) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = std::find_if(entries_.begin(), entries_.end(), [&gbnf, &root](const Entry & entry) {
        return entry.root == root && entry.gbnf == gbnf;
    });
    return found == entries_.end() ? nullptr : found->rules;
}

void GrammarCache::add(const std::string & gbnf, const std::string & root, std::shared_ptr<const Rules> rules) {
    const std::lock_guard<std::mutex> lock(mutex_);
    entries_.push_front({ gbnf, root, std::move(rules) });
    if (entries_.size() > entries_max) {
        entries_.pop_back();
    }
}
