#include "step/logprobs.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace {

// Separate lanes let the compiler use vector instructions without reordering floating-point operations.
float max_of(const float * values, int32_t size) {
    constexpr int32_t lane_count = 16;
    float             lanes[lane_count];
    std::fill(lanes, lanes + lane_count, -std::numeric_limits<float>::infinity());

    int32_t i = 0;
    for (; i + lane_count <= size; i += lane_count) {
        for (int32_t lane = 0; lane < lane_count; lane++) {
            const float value = values[i + lane];
            lanes[lane]       = value > lanes[lane] ? value : lanes[lane];
        }
    }
    for (; i < size; i++) {
        lanes[0] = values[i] > lanes[0] ? values[i] : lanes[0];
    }
    return *std::max_element(lanes, lanes + lane_count);
}

}  // namespace

int32_t index_of_max(const float * values, int32_t size) {
    const float largest = max_of(values, size);
    if (largest == -std::numeric_limits<float>::infinity()) {
        return -1;
    }
    return static_cast<int32_t>(std::find(values, values + size, largest) - values);
}

TokenLogprobs compute_logprobs(const float * logits, int32_t vocab_size, llama_token token, int32_t top_count) {
    const float largest = max_of(logits, vocab_size);
    double      sum     = 0.0;
    for (int32_t i = 0; i < vocab_size; i++) {
        sum += std::exp(logits[i] - largest);
    }
    const float log_sum = largest + static_cast<float>(std::log(sum));

    TokenLogprobs result;
    result.token   = token;
    result.logprob = logits[token] - log_sum;

    // top_count is small (20 in the OpenAI API), so keeping a short sorted list is faster than sorting the vocabulary.
    const auto count = static_cast<size_t>(std::clamp(top_count, 0, vocab_size));
    auto &     top   = result.top_tokens;
    top.reserve(count + 1);
    for (llama_token id = 0; id < vocab_size && count > 0; id++) {
        if (top.size() == count && !(logits[id] > logits[top.back()])) {
            continue;
        }
        const auto is_larger = [logits](llama_token a, llama_token b) {
            return logits[a] > logits[b];
        };
        top.insert(std::upper_bound(top.begin(), top.end(), id, is_larger), id);
        if (top.size() > count) {
            top.pop_back();
        }
    }
    result.top_logprobs.reserve(top.size());
    for (const llama_token id : top) {
        result.top_logprobs.push_back(logits[id] - log_sum);
    }
    return result;
}
