#include "grammar.h"

#include "native-error.h"

#include <exception>
#include <regex>

static void check_pattern(const std::string & pattern) {
    try {
        const std::regex compiled(pattern);
    } catch (const std::regex_error & error) {
        throw NativeError("grammar.invalid",
                          "The trigger pattern " + pattern + " is not a regular expression: " + error.what() + ".");
    }
}

SamplerPtr make_grammar(const llama_vocab * vocab, const GrammarOptions & options) {
    SamplerPtr grammar;
    if (options.lazy()) {
        std::vector<const char *> patterns;
        for (const auto & pattern : options.trigger_patterns) {
            check_pattern(pattern);
            patterns.push_back(pattern.c_str());
        }
        grammar.reset(api().llama_sampler_init_grammar_lazy_patterns(
            vocab, options.gbnf.c_str(), options.root.c_str(), patterns.data(), patterns.size(),
            options.trigger_tokens.data(), options.trigger_tokens.size()));
    } else {
        grammar.reset(api().llama_sampler_init_grammar(vocab, options.gbnf.c_str(), options.root.c_str()));
    }
    if (grammar == nullptr) {
        throw NativeError("grammar.invalid", "The grammar cannot be compiled; the log of the engine says where.");
    }
    return grammar;
}

void accept_in_grammar(llama_sampler * grammar, llama_token token) {
    try {
        api().llama_sampler_accept(grammar, token);
    } catch (const std::exception & error) {
        throw NativeError("grammar.invalid", std::string("The reply left the grammar: ") + error.what() + ".");
    }
}
