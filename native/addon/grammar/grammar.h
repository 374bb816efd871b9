#pragma once

#include "grammar/trigger-watch.h"
#include "model/token-piece.h"
#include "platform/libraries.h"
#include "step/request-options.h"

#include <memory>

// What a reply may say, token by token. A lazy grammar allows everything until a trigger token is sampled or a trigger
// pattern appears in the text; when the token that completes the trigger says more than the grammar can follow, it lets
// the reply go. Everything that llama.cpp would answer with an end of the process is refused before.
class Grammar {
  public:
    // Throws grammar.invalid for a grammar or a pattern that cannot be compiled.
    Grammar(const llama_vocab * vocab, const GrammarOptions & options);

    bool allows(llama_token token) const;

    // Sets the logits of what is not allowed to -infinity.
    void apply(llama_token_data_array & candidates) const;

    // Moves past `token`, which must be allowed.
    void accept(llama_token token);

  private:
    void forward(llama_token token);

    SamplerPtr                    sampler_;  // null when it let go
    std::unique_ptr<TriggerWatch> watch_;    // null when the grammar is on
    TokenPiece                    piece_;
};
