#pragma once

#include "llama.h"

#include <cstdint>
#include <vector>

// Natural logarithms of probabilities at one step, from the raw logits: before bias, penalties, grammar and
// temperature.
struct TokenLogprobs {
    llama_token              token   = LLAMA_TOKEN_NULL;
    float                    logprob = 0.0f;
    std::vector<llama_token> top_tokens;  // most likely first
    std::vector<float>       top_logprobs;
};

// log softmax of `token` and of the `top_count` most likely tokens.
TokenLogprobs compute_logprobs(const float * logits, int32_t vocab_size, llama_token token, int32_t top_count);

// Index of the largest of `size` values, the first of equal ones; -1 when all are NaN or -infinity.
int32_t index_of_max(const float * values, int32_t size);
