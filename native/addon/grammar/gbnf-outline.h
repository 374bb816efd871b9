#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

struct GbnfReference {
    size_t   rule;
    uint64_t times;  // in a row
};

// A rule, a group or a repetition.
struct GbnfRule {
    // Of each alternative the references before anything else.
    std::vector<std::vector<GbnfReference>> alternatives;
    bool                                    may_be_empty = false;  // one of its alternatives is
};

struct GbnfOutline {
    std::vector<GbnfRule> rules;
    int                   nesting     = 0;  // of parentheses, the deepest
    uint64_t              elements    = 0;  // characters and references, repetitions written out
    size_t                token_bytes = 0;  // of the longest <token>
};

// What the size of a GBNF grammar's parts is, read as llama.cpp's parser reads it, up to where that one would give up.
GbnfOutline read_gbnf_outline(const std::string & gbnf);
