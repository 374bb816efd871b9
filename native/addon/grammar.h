#pragma once

#include "libraries.h"
#include "request-options.h"

// A sampler that allows only what the grammar does. Throws grammar.invalid for a grammar or a pattern that cannot be
// compiled; nothing of it reaches llama.cpp's own failure paths, some of which end the process.
SamplerPtr make_grammar(const llama_vocab * vocab, const GrammarOptions & options);

// Moves the grammar past `token`, which it must allow; throws grammar.invalid when a trigger fired and what stands after
// it does not fit the grammar.
void accept_in_grammar(llama_sampler * grammar, llama_token token);
