#pragma once

#include "grammar/rules.h"

#include <functional>
#include <string>
#include <string_view>

// The token that this text is, as one piece; -1 for none.
using TokenOf = std::function<int32_t(std::string_view)>;

// Reads a grammar in GBNF, llama.cpp's notation. Throws grammar.invalid with the line of a mistake, and for a grammar
// that is empty, too long or nested too deep.
RuleList read_gbnf(std::string_view text, const std::string & root, const TokenOf & token_of);
