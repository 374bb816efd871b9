#pragma once

#include "grammar/rules.h"
#include "llama.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// NativeRequest of contract.ts as plain data: no JavaScript value may reach the loop thread.

struct SamplingOptions {
    float                         temperature        = 0.0f;
    int32_t                       top_k              = 0;
    float                         top_p              = 1.0f;
    float                         min_p              = 0.0f;
    float                         repeat_penalty     = 1.0f;
    int32_t                       repeat_last_n      = 0;
    float                         frequency_penalty  = 0.0f;
    float                         presence_penalty   = 0.0f;
    float                         dry_multiplier     = 0.0f;
    float                         dry_base           = 1.75f;
    int32_t                       dry_allowed_length = 2;
    int32_t                       dry_last_n         = 0;
    std::vector<std::string>      dry_sequence_breakers;
    uint32_t                      seed = 0;
    std::vector<llama_logit_bias> logit_bias;

    bool has_penalties() const {
        return repeat_last_n != 0 && (repeat_penalty != 1.0f || frequency_penalty != 0.0f || presence_penalty != 0.0f);
    }

    bool has_dry() const { return dry_multiplier != 0.0f && dry_base >= 1.0f && dry_last_n != 0; }
};

struct GrammarOptions {
    std::string                  gbnf;
    std::string                  root;
    std::shared_ptr<const Rules> rules;  // compiled from both; null when they were not checked before
    std::vector<llama_token>     trigger_tokens;
    std::vector<std::string>     trigger_patterns;

    bool lazy() const { return !trigger_tokens.empty() || !trigger_patterns.empty(); }
};

// How thoughts stand in a reply, and how many tokens they may have; see ReasoningWatch.
struct ReasoningOptions {
    bool                                  opened   = false;  // the prompt ends within thoughts
    bool                                  at_start = false;  // they begin before any other text or not at all
    std::string                           open;
    std::vector<std::string>              close;
    int64_t                               budget = -1;  // tokens; -1: any number
    std::vector<std::vector<llama_token>> endings;
};

struct RequestOptions {
    llama_seq_id                    sequence = 0;
    llama_pos                       position = 0;
    std::vector<llama_token>        tokens;
    std::vector<llama_token>        history;
    int32_t                         priority     = 0;
    int64_t                         generate_max = 0;
    int64_t                         granted      = 0;
    SamplingOptions                 sampling;
    std::optional<GrammarOptions>   grammar;
    std::optional<ReasoningOptions> reasoning;
    std::vector<std::string>        stop_strings;
    std::vector<llama_token>        stop_tokens;
    bool                            ignore_end_of_generation = false;
    int32_t                         logprobs                 = -1;
    int64_t                         eager                    = 1;
};
