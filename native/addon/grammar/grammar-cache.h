#pragma once

#include "grammar/rules.h"

#include <deque>
#include <memory>
#include <mutex>
#include <string>

// The grammars that were compiled last: a request's grammar is checked before the request starts, and agents send the
// same tools again and again. Any thread may use it.
class GrammarCache {
  public:
    // Null when it is not there.
    std::shared_ptr<const Rules> find(const std::string & gbnf, const std::string & root);

    void add(const std::string & gbnf, const std::string & root, std::shared_ptr<const Rules> rules);

  private:
    struct Entry {
        std::string                  gbnf;
        std::string                  root;
        std::shared_ptr<const Rules> rules;
    };

    std::mutex        mutex_;
    std::deque<Entry> entries_;
};
