#include "step/sampler.h"

#include "platform/native-error.h"
#include "step/logprobs.h"

#include <algorithm>
#include <cmath>
#include <limits>

static constexpr float impossible = -std::numeric_limits<float>::infinity();

// Below this sampling is greedy: logits divided by the temperature would be infinite.
static constexpr float temperature_min = 1e-6f;

llama_token_data_array & CandidateArray::fill(const float * logits) {
    bool has_nan = false;
    for (int32_t id = 0; id < vocab_size_; id++) {
        items_[id] = { id, logits[id], 0.0f };
        has_nan |= logits[id] != logits[id];
    }
    if (has_nan) {
        throw NativeError("engine.failed", "The model gave no usable probabilities (NaN).");
    }
    array_ = { items_.data(), items_.size(), -1, false };
    return array_;
}

static SamplerPtr make_chain() {
    llama_sampler_chain_params params = api().llama_sampler_chain_default_params();
    params.no_perf                    = true;
    return SamplerPtr(api().llama_sampler_chain_init(params));
}

static void add(const SamplerPtr & chain, llama_sampler * sampler) {
    if (sampler == nullptr) {
        throw NativeError("engine.failed", "llama.cpp refused a sampling option.");
    }
    api().llama_sampler_chain_add(chain.get(), sampler);
}

// The request's biases, and -infinity for tokens that must not come: the vocabulary's own list, and end tokens when
// they are ignored.
static std::vector<llama_logit_bias> collect_biases(const llama_vocab * vocab, const RequestOptions & options) {
    std::vector<llama_logit_bias> biases = options.sampling.logit_bias;

    int32_t             suppress_count = 0;
    const llama_token * suppress       = api().llama_vocab_get_suppress_tokens(vocab, &suppress_count);
    for (int32_t i = 0; i < suppress_count; i++) {
        biases.push_back({ suppress[i], impossible });
    }
    if (options.ignore_end_of_generation) {
        for (llama_token id = 0; id < api().llama_vocab_n_tokens(vocab); id++) {
            if (api().llama_vocab_is_eog(vocab, id)) {
                biases.push_back({ id, impossible });
            }
        }
    }
    return biases;
}

static SamplerPtr make_adjusting_chain(const llama_vocab *                   vocab,
                                       const SamplingOptions &               sampling,
                                       const std::vector<llama_logit_bias> & biases) {
    const int32_t vocab_size = api().llama_vocab_n_tokens(vocab);
    if (biases.empty() && !sampling.has_penalties() && !sampling.has_dry()) {
        return nullptr;
    }
    SamplerPtr chain = make_chain();
    if (!biases.empty()) {
        const auto count = static_cast<int32_t>(biases.size());
        add(chain, api().llama_sampler_init_logit_bias(vocab_size, count, biases.data()));
    }
    if (sampling.has_penalties()) {
        add(chain, api().llama_sampler_init_penalties(vocab_size, sampling.repeat_last_n, sampling.repeat_penalty,
                                                      sampling.frequency_penalty, sampling.presence_penalty));
    }
    if (sampling.has_dry()) {
        std::vector<const char *> breakers;
        for (const auto & breaker : sampling.dry_sequence_breakers) {
            breakers.push_back(breaker.c_str());
        }
        add(chain,
            api().llama_sampler_init_dry(vocab, sampling.dry_multiplier, sampling.dry_base, sampling.dry_allowed_length,
                                         sampling.dry_last_n, breakers.data(), breakers.size()));
    }
    return chain;
}

static SamplerPtr make_selecting_chain(const SamplingOptions & sampling) {
    SamplerPtr chain = make_chain();
    if (sampling.top_k > 0) {
        add(chain, api().llama_sampler_init_top_k(sampling.top_k));
    }
    if (sampling.top_p < 1.0f) {
        add(chain, api().llama_sampler_init_top_p(sampling.top_p, 1));
    }
    if (sampling.min_p > 0.0f) {
        add(chain, api().llama_sampler_init_min_p(sampling.min_p, 1));
    }
    add(chain, api().llama_sampler_init_temp(sampling.temperature));
    add(chain, api().llama_sampler_init_dist(sampling.seed));
    return chain;
}

Sampler::Sampler(const llama_vocab * vocab, const RequestOptions & options, CandidateArray & candidates) :
    candidates_(candidates),
    greedy_(options.sampling.temperature < temperature_min),
    choice_size_(greedy_ ? 1 : options.sampling.top_k) {
    const std::vector<llama_logit_bias> biases = collect_biases(vocab, options);
    for (const llama_logit_bias & bias : biases) {
        if (bias.bias == impossible) {
            forbidden_.push_back(bias.token);
        }
    }
    adjust_ = make_adjusting_chain(vocab, options.sampling, biases);
    adjust_forbids_ =
        forbidden_.size() == biases.size() && !options.sampling.has_penalties() && !options.sampling.has_dry();
    if (!greedy_) {
        select_ = make_selecting_chain(options.sampling);
    }
    if (options.grammar) {
        grammar_ = std::make_unique<Grammar>(vocab, *options.grammar);
    }
    accept_prompt(options);
}

// Penalties also count the tokens of the prompt, as far back as they reach.
void Sampler::accept_prompt(const RequestOptions & options) {
    const SamplingOptions & sampling = options.sampling;
    if (!sampling.has_penalties() && !sampling.has_dry()) {
        return;
    }
    const auto    total = static_cast<int64_t>(options.history.size() + options.tokens.size());
    const int64_t reach =
        std::max(sampling.has_penalties() ? sampling.repeat_last_n : 0, sampling.has_dry() ? sampling.dry_last_n : 0);
    const auto history = static_cast<int64_t>(options.history.size());
    for (int64_t i = std::max<int64_t>(0, total - reach); i < total; i++) {
        const llama_token token = i < history ? options.history[i] : options.tokens[i - history];
        api().llama_sampler_accept(adjust_.get(), token);
    }
}

llama_token Sampler::sample(const float * logits) {
    llama_token token = most_likely(logits);
    if (token < 0) {
        auto & candidates = candidates_.fill(logits);
        if (adjust_ != nullptr) {
            api().llama_sampler_apply(adjust_.get(), &candidates);
        }
        token = choose(candidates);
    }
    if (token >= 0 && grammar_ != nullptr && !grammar_->allows(token)) {
        token = sample_with_grammar(logits);
    }
    if (token < 0) {
        throw NativeError("engine.failed", grammar_ != nullptr ? "The grammar allows no token of the vocabulary here." :
                                                                 "The model gave no usable probabilities (NaN).");
    }
    return token;
}

void Sampler::accept(llama_token token, bool in_thoughts) {
    if (grammar_ != nullptr) {
        grammar_->accept(token, in_thoughts);
    }
    if (adjust_ != nullptr) {
        api().llama_sampler_accept(adjust_.get(), token);
    }
    if (select_ != nullptr) {
        api().llama_sampler_accept(select_.get(), token);
    }
}

// The fast path of greedy requests: no candidates, no sorting. Returns -1 where it does not apply.
llama_token Sampler::most_likely(const float * logits) const {
    if (!greedy_ || (adjust_ != nullptr && !adjust_forbids_)) {
        return LLAMA_TOKEN_NULL;
    }
    const llama_token token = index_of_max(logits, candidates_.vocab_size());
    return std::find(forbidden_.begin(), forbidden_.end(), token) == forbidden_.end() ? token : LLAMA_TOKEN_NULL;
}

// Returns -1 when there is nothing left to choose from.
llama_token Sampler::choose(llama_token_data_array & candidates) const {
    if (candidates.size == 0) {
        return LLAMA_TOKEN_NULL;
    }
    if (greedy_) {
        const auto less = [](const llama_token_data & a, const llama_token_data & b) {
            return a.logit < b.logit;
        };
        const auto best = std::max_element(candidates.data, candidates.data + candidates.size, less);
        return best->logit > impossible ? best->id : LLAMA_TOKEN_NULL;
    }
    api().llama_sampler_apply(select_.get(), &candidates);
    if (candidates.selected < 0) {
        return LLAMA_TOKEN_NULL;
    }
    const llama_token_data & chosen = candidates.data[candidates.selected];
    return chosen.logit > impossible ? chosen.id : LLAMA_TOKEN_NULL;
}

llama_token Sampler::sample_with_grammar(const float * logits) {
    auto & candidates = candidates_.fill(logits);
    if (adjust_ != nullptr) {
        api().llama_sampler_apply(adjust_.get(), &candidates);
    }
    keep_allowed(candidates);
    return choose(candidates);
}

// Keeps the candidates that the grammar allows. When only the best few matter, they are searched from the top down in
// growing steps, so that the grammar need not check the whole vocabulary; the result is the same.
void Sampler::keep_allowed(llama_token_data_array & candidates) const {
    const auto is_larger = [](const llama_token_data & a, const llama_token_data & b) {
        return a.logit > b.logit;
    };
    const auto is_allowed = [](const llama_token_data & item) {
        return item.logit > impossible;
    };

    llama_token_data * const end  = candidates.data + candidates.size;
    llama_token_data *       from = candidates.data;
    llama_token_data *       kept = candidates.data;
    const size_t             want = choice_size_ > 0 ? choice_size_ : candidates.size;
    size_t                   step = choice_size_ > 0 ? std::max<size_t>(64, 2 * want) : candidates.size;

    while (from < end && static_cast<size_t>(kept - candidates.data) < want) {
        llama_token_data * const to = from + std::min<size_t>(step, end - from);
        if (to < end) {
            std::nth_element(from, to - 1, end, is_larger);
        }
        llama_token_data_array part = { from, static_cast<size_t>(to - from), -1, false };
        grammar_->apply(part);
        kept = std::copy_if(from, to, kept, is_allowed);
        from = to;
        step *= 8;
    }
    candidates.size     = kept - candidates.data;
    candidates.sorted   = false;
    candidates.selected = -1;
}
