#pragma once

#include <string>

// Throws grammar.invalid for a grammar that llama.cpp would answer with the end of the process or of its patience: its
// parser and its search for left recursion call themselves, the latter walks every path, and repetitions are written out.
// What is merely wrong is left to llama.cpp to tell.
void check_gbnf_limits(const std::string & gbnf);
