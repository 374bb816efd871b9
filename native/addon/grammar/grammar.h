#pragma once

#include "grammar/matcher.h"
#include "grammar/trigger-watch.h"
#include "model/token-piece.h"
#include "platform/libraries.h"
#include "step/request-options.h"

#include <memory>
#include <optional>
#include <string_view>

// Which tokens a reply may continue with. A lazy grammar allows everything until a trigger token is sampled or a
// trigger pattern appears in the text, outside of thoughts and of quoted code. When the text that completes the trigger
// does not fit the grammar, the grammar is switched off for the rest of the reply. Every call throws grammar.invalid
// where the grammar can be followed in too many ways.
class Grammar {
  public:
    // Throws grammar.invalid for a grammar or a pattern that cannot be compiled.
    Grammar(const llama_vocab * vocab, const GrammarOptions & options);

    bool allows(llama_token token);

    // A lazy grammar that its trigger has switched on.
    bool triggered() const { return lazy_ && watch_ == nullptr && matcher_.has_value(); }

    // A call may have begun in thoughts, where no grammar holds it.
    bool mentioned() const { return watch_ != nullptr && watch_->mentioned(); }

    // Sets the logits of tokens that are not allowed to -infinity.
    void apply(llama_token_data_array & candidates);

    // Advances past `token`, which must be allowed. `in_thoughts`: nothing there is a trigger.
    void accept(llama_token token, bool in_thoughts);

    // All work of following the grammar so far; see Matcher.
    uint64_t work() const { return work_before_ + (matcher_ ? matcher_->work() : 0); }

  private:
    bool is_allowed(llama_token token);
    void forward(llama_token token, std::string_view piece);

    const llama_vocab *           vocab_;
    const bool                    lazy_;
    std::optional<Matcher>        matcher_;  // empty when it was switched off
    uint64_t                      work_before_ = 0;
    std::unique_ptr<TriggerWatch> watch_;    // null once the grammar is on
    TokenPiece                    piece_;
};

// The grammar in the notation of llama.cpp, ready to be matched. Throws grammar.invalid.
std::shared_ptr<const Rules> compile_grammar(const llama_vocab * vocab,
                                             const std::string & gbnf,
                                             const std::string & root);
