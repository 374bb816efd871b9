#include "grammar/grammar.h"

#include "grammar/gbnf-reader.h"

#include <limits>

static constexpr float impossible = -std::numeric_limits<float>::infinity();

// The special or other token that is written so; -1 when the text is not one token.
static int32_t find_token(const llama_vocab * vocab, std::string_view text) {
    llama_token   tokens[2];
    const int32_t count =
        api().llama_tokenize(vocab, text.data(), static_cast<int32_t>(text.size()), tokens, 2, false, true);
    return count == 1 ? tokens[0] : LLAMA_TOKEN_NULL;
}

std::shared_ptr<const Rules> compile_grammar(const llama_vocab * vocab,
                                             const std::string & gbnf,
                                             const std::string & root) {
    return std::make_shared<const Rules>(
        prepare(read_gbnf(gbnf, root, [vocab](std::string_view text) { return find_token(vocab, text); })));
}

Grammar::Grammar(const llama_vocab * vocab, const GrammarOptions & options) :
    vocab_(vocab),
    lazy_(options.lazy()),
    piece_(vocab) {
    if (lazy_) {
        watch_ = std::make_unique<TriggerWatch>(options);
    }
    matcher_.emplace(options.rules ? options.rules : compile_grammar(vocab, options.gbnf, options.root));
}

bool Grammar::allows(llama_token token) {
    return !matcher_ || watch_ != nullptr || is_allowed(token);
}

bool Grammar::is_allowed(llama_token token) {
    return api().llama_vocab_is_eog(vocab_, token) ? matcher_->may_end() : matcher_->allows(token, piece_.of(token));
}

void Grammar::apply(llama_token_data_array & candidates) {
    if (!matcher_ || watch_ != nullptr) {
        return;
    }
    for (size_t i = 0; i < candidates.size; i++) {
        llama_token_data & candidate = candidates.data[i];
        if (candidate.logit > impossible && !is_allowed(candidate.id)) {
            candidate.logit = impossible;
        }
    }
}

void Grammar::accept(llama_token token, bool in_thoughts) {
    if (watch_ == nullptr) {
        forward(token, piece_.of(token));
    } else if (watch_->append(token, piece_.of(token), in_thoughts)) {
        const std::unique_ptr<TriggerWatch> watch = std::move(watch_);
        for (const auto & [each, text] : watch->trigger()) {
            forward(each, text);
        }
    }
}

void Grammar::forward(llama_token token, std::string_view piece) {
    if (!matcher_ || api().llama_vocab_is_eog(vocab_, token)) {
        return;
    }
    if (!matcher_->accept(token, piece)) {
        work_before_ = matcher_->work();
        matcher_.reset();
    }
}
