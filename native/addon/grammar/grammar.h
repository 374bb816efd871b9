#pragma once

#include "grammar/trigger-watch.h"
#include "model/token-piece.h"
#include "platform/libraries.h"
#include "step/request-options.h"

#include <memory>

// Which tokens a reply may continue with. A lazy grammar allows everything until a trigger token is sampled or a
// trigger pattern appears in the text. When the text of the token that completes the trigger does not fit the grammar,
// the grammar is switched off for the rest of the reply.
class Grammar {
  public:
    // Throws grammar.invalid for a grammar or a pattern that cannot be compiled.
    Grammar(const llama_vocab * vocab, const GrammarOptions & options);

    bool allows(llama_token token) const;

    // Sets the logits of tokens that are not allowed to -infinity.
    void apply(llama_token_data_array & candidates) const;

    // Advances past `token`, which must be allowed.
    void accept(llama_token token);

  private:
    void forward(llama_token token);

    SamplerPtr                    sampler_;  // null when it was switched off
    std::unique_ptr<TriggerWatch> watch_;    // null once the grammar is on
    TokenPiece                    piece_;
};
