#pragma once

#include "step/logprobs.h"
#include "step/reasoning-watch.h"
#include "step/request-options.h"
#include "step/sampler.h"
#include "step/stop-matcher.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

using Clock = std::chrono::steady_clock;

// A request on the loop thread: its options and its state.
struct Request {
    uint32_t       id = 0;
    RequestOptions options;

    int64_t     computed   = 0;                 // of options.tokens
    int64_t     generated  = 0;                 // sampled tokens
    int64_t     granted    = 0;                 // total number it may sample before it stalls
    llama_token last_token = LLAMA_TOKEN_NULL;  // sampled, not computed yet
    bool        stalled    = false;             // and the event was sent
    bool        finished   = false;             // the done event was sent

    // Logits of the last token while the choice of the next is postponed, and the number of that postponement.
    std::vector<float> logits;
    uint64_t           postponed = 0;

    std::unique_ptr<Sampler>        sampler;    // none when generate_max is 0
    std::unique_ptr<ReasoningWatch> reasoning;  // none where the model has no marks of thoughts
    std::unique_ptr<StopMatcher>    stops;      // none without stop strings
    std::vector<llama_token>        held;       // sampled, not sent: a stop string may be forming
    std::vector<TokenLogprobs>      held_logprobs;

    Clock::time_point started;
    Clock::time_point first_decode;  // epoch: not yet
    Clock::time_point first_token;   // epoch: not yet

    bool prefilling() const { return computed < static_cast<int64_t>(options.tokens.size()); }

    // The next token is still to be chosen.
    bool choosing() const { return !logits.empty(); }

    // Number of tokens of the sequence in the KV pool: every sampled token has been computed, but the last only once
    // the next is being chosen.
    llama_pos position() const {
        const int64_t replies = generated > 0 && !choosing() ? generated - 1 : generated;
        return options.position + static_cast<llama_pos>(computed + replies);
    }
};
