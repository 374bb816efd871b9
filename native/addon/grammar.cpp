#include "grammar.h"

#include "log-hub.h"
#include "native-error.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <exception>
#include <limits>
#include <optional>
#include <regex>

namespace {

constexpr size_t gbnf_size_max  = size_t(1) << 20;
constexpr int    gbnf_depth_max = 256;
constexpr float  impossible     = -std::numeric_limits<float>::infinity();

NativeError invalid(const std::string & why) {
    return { "grammar.invalid", why + "." };
}

// llama.cpp's parser calls itself for every parenthesis; a deep enough grammar would end the process.
void check_size_and_depth(const std::string & gbnf) {
    if (gbnf.empty() || gbnf.size() > gbnf_size_max) {
        throw invalid("The grammar is empty or larger than 1 MiB");
    }
    int depth = 0;
    for (const char character : gbnf) {
        depth += character == '(' ? 1 : character == ')' ? -1 : 0;
        if (depth > gbnf_depth_max) {
            throw invalid("The grammar is nested too deeply");
        }
    }
}

void check_pattern(const std::string & pattern) {
    try {
        const std::regex compiled(pattern);
    } catch (const std::regex_error & error) {
        throw invalid("The trigger pattern " + pattern + " is not a regular expression: " + error.what());
    }
}

// The text that a pattern stands for when it is nothing but text, with escapes.
std::optional<std::string> plain_text(const std::string & pattern) {
    std::string text;
    for (size_t i = 0; i < pattern.size(); i++) {
        const bool escaped = pattern[i] == '\\' && i + 1 < pattern.size();
        const char next    = escaped ? pattern[++i] : pattern[i];
        if (escaped ? std::isalnum(static_cast<unsigned char>(next)) :
                      std::strchr("\\^$.|?*+()[]{}", next) != nullptr) {
            return std::nullopt;
        }
        text += next;
    }
    return text.empty() ? std::nullopt : std::optional(text);
}

// Null when some pattern is more than text.
std::unique_ptr<StopMatcher> make_watch(const GrammarOptions & options) {
    std::vector<std::string> texts;
    for (const std::string & pattern : options.trigger_patterns) {
        std::optional<std::string> text = plain_text(pattern);
        if (!text) {
            return nullptr;
        }
        texts.push_back(std::move(*text));
    }
    return std::make_unique<StopMatcher>(std::move(texts));
}

SamplerPtr make_sampler(const llama_vocab * vocab, const GrammarOptions & options) {
    if (!options.lazy()) {
        return SamplerPtr(api().llama_sampler_init_grammar(vocab, options.gbnf.c_str(), options.root.c_str()));
    }
    std::vector<const char *> patterns;
    for (const std::string & pattern : options.trigger_patterns) {
        check_pattern(pattern);
        patterns.push_back(pattern.c_str());
    }
    return SamplerPtr(api().llama_sampler_init_grammar_lazy_patterns(
        vocab, options.gbnf.c_str(), options.root.c_str(), patterns.data(), patterns.size(),
        options.trigger_tokens.data(), options.trigger_tokens.size()));
}

}  // namespace

Grammar::Grammar(const llama_vocab * vocab, const GrammarOptions & options) :
    trigger_tokens_(options.trigger_tokens),
    piece_(vocab) {
    check_size_and_depth(options.gbnf);
    const LogCapture log;
    sampler_ = make_sampler(vocab, options);
    if (sampler_ == nullptr) {
        throw invalid("The grammar cannot be compiled: " + log.errors());
    }
    if (options.lazy()) {
        watched_ = make_watch(options);
    }
}

bool Grammar::allows(llama_token token) const {
    llama_token_data       one   = { token, 1.0f, 0.0f };
    llama_token_data_array array = { &one, 1, -1, false };
    apply(array);
    return one.logit != impossible;
}

void Grammar::apply(llama_token_data_array & candidates) const {
    if (sampler_ != nullptr && watched_ == nullptr) {
        api().llama_sampler_apply(sampler_.get(), &candidates);
    }
}

void Grammar::accept(llama_token token) {
    if (sampler_ == nullptr || (watched_ != nullptr && !watch(token))) {
        return;
    }
    if (watched_ == nullptr) {
        recent_ = { token };
    }
    watched_.reset();
    try {
        for (const llama_token recent : recent_) {
            api().llama_sampler_accept(sampler_.get(), recent);
        }
    } catch (const std::exception &) {
        sampler_.reset();
    }
}

// True when a trigger is complete; recent_ then holds the tokens that it is made of.
bool Grammar::watch(llama_token token) {
    if (std::find(trigger_tokens_.begin(), trigger_tokens_.end(), token) != trigger_tokens_.end()) {
        recent_ = { token };
        return true;
    }
    recent_.push_back(token);
    const bool found = watched_->append(piece_.of(token));
    recent_.erase(recent_.begin(), recent_.end() - static_cast<std::ptrdiff_t>(watched_->tokens_held()));
    return found;
}
