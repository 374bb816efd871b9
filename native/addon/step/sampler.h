#pragma once

#include "grammar/grammar.h"
#include "platform/libraries.h"
#include "step/request-options.h"

#include <cstdint>
#include <memory>
#include <vector>

// Room for one candidate per vocabulary entry, shared by all samplers of a loop thread: no allocation per token.
class CandidateArray {
  public:
    explicit CandidateArray(int32_t vocab_size) : items_(vocab_size), vocab_size_(vocab_size) {}

    // All of the vocabulary with these logits, unsorted. Throws engine.failed when one is NaN: sorting relies on it.
    llama_token_data_array & fill(const float * logits);

    llama_token_data_array & get() { return array_; }

    int32_t vocab_size() const { return vocab_size_; }

  private:
    std::vector<llama_token_data> items_;
    llama_token_data_array        array_ = {};
    const int32_t                 vocab_size_;
};

// Chooses the tokens of one request in the order llama-server does: bias, penalties, DRY, top-k, top-p, min-p,
// temperature, then the draw (or the largest when the temperature is 0). A grammar is checked against the one token
// that was chosen; only when it objects are the grammar's tokens chosen from.
class Sampler {
  public:
    // Throws grammar.invalid. `prompt` is what precedes the reply, for the penalties.
    Sampler(const llama_vocab * vocab, const RequestOptions & options, CandidateArray & candidates);

    // The next token; throws engine.failed when no token is possible. accept() must follow before the next call.
    llama_token sample(const float * logits);
    void        accept(llama_token token);

  private:
    llama_token most_likely(const float * logits) const;
    llama_token choose(llama_token_data_array & candidates) const;
    llama_token sample_with_grammar(const float * logits);
    void        keep_allowed(llama_token_data_array & candidates) const;
    void        accept_prompt(const RequestOptions & options);

    CandidateArray &         candidates_;
    bool                     greedy_      = false;
    int32_t                  choice_size_ = 0;         // this many of the most likely tokens decide; 0: all
    SamplerPtr               adjust_;                  // changes logits: bias, penalties, DRY; may be null
    std::vector<llama_token> forbidden_;               // what adjust_ rules out
    bool                     adjust_forbids_ = false;  // and that is all it does
    SamplerPtr               select_;                  // takes one: top-k to the draw; null when greedy
    std::unique_ptr<Grammar> grammar_;                 // may be null
};
