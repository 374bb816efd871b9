#include "grammar/grammar.h"

#include "platform/log-hub.h"
#include "platform/native-error.h"

#include <algorithm>
#include <exception>
#include <limits>
#include <vector>

namespace {

constexpr float impossible = -std::numeric_limits<float>::infinity();

NativeError invalid(const std::string & why) {
    return { "grammar.invalid", why + "." };
}

SamplerPtr make_sampler(const llama_vocab * vocab, const GrammarOptions & options) {
    if (!options.lazy()) {
        return SamplerPtr(api().llama_sampler_init_grammar(vocab, options.gbnf.c_str(), options.root.c_str()));
    }
    std::vector<const char *> patterns;
    for (const std::string & pattern : options.trigger_patterns) {
        patterns.push_back(pattern.c_str());
    }
    return SamplerPtr(api().llama_sampler_init_grammar_lazy_patterns(
        vocab, options.gbnf.c_str(), options.root.c_str(), patterns.data(), patterns.size(),
        options.trigger_tokens.data(), options.trigger_tokens.size()));
}

}  // namespace

Grammar::Grammar(const llama_vocab * vocab, const GrammarOptions & options) : piece_(vocab) {
    if (options.gbnf.empty()) {
        throw invalid("The grammar is empty");  // llama.cpp would allow everything
    }
    if (options.lazy()) {
        watch_ = std::make_unique<TriggerWatch>(options);
    }
    const LogCapture log;
    sampler_ = make_sampler(vocab, options);
    if (sampler_ == nullptr) {
        throw invalid("The grammar cannot be compiled: " + log.errors());
    }
}

bool Grammar::allows(llama_token token) const {
    llama_token_data       one   = { token, 1.0f, 0.0f };
    llama_token_data_array array = { &one, 1, -1, false };
    apply(array);
    return one.logit != impossible;
}

void Grammar::apply(llama_token_data_array & candidates) const {
    if (sampler_ != nullptr && watch_ == nullptr) {
        api().llama_sampler_apply(sampler_.get(), &candidates);
    }
}

void Grammar::accept(llama_token token) {
    if (watch_ == nullptr) {
        forward(token);
    } else if (watch_->append(token, piece_.of(token))) {
        const std::vector<llama_token> trigger = watch_->trigger();
        watch_.reset();
        std::for_each(trigger.begin(), trigger.end(), [this](llama_token each) { forward(each); });
    }
}

void Grammar::forward(llama_token token) {
    if (sampler_ == nullptr) {
        return;
    }
    try {
        api().llama_sampler_accept(sampler_.get(), token);
    } catch (const std::exception &) {
        sampler_.reset();
    }
}
