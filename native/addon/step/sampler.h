#pragma once

#include "grammar/grammar.h"
#include "platform/libraries.h"
#include "step/request-options.h"

#include <cstdint>
#include <memory>
#include <vector>

// One candidate per vocabulary entry, shared by all samplers of a loop thread so that no token allocates.
class CandidateArray {
  public:
    explicit CandidateArray(int32_t vocab_size) : items_(vocab_size), vocab_size_(vocab_size) {}

    // The whole vocabulary with these logits, unsorted. Throws engine.failed when one is NaN, which cannot be sorted.
    llama_token_data_array & fill(const float * logits);

    llama_token_data_array & get() { return array_; }

    int32_t vocab_size() const { return vocab_size_; }

  private:
    std::vector<llama_token_data> items_;
    llama_token_data_array        array_ = {};
    const int32_t                 vocab_size_;
};

// Chooses the tokens of one request. The steps are in llama-server's order: bias, penalties, DRY, top-k, top-p, min-p,
// temperature, then a random draw, or the most likely token when greedy. A grammar first checks the chosen token only;
// when it forbids that one, the choice is made again among the tokens it allows.
class Sampler {
  public:
    // Throws grammar.invalid, and engine.failed when llama.cpp refuses an option.
    Sampler(const llama_vocab * vocab, const RequestOptions & options, CandidateArray & candidates);

    // Returns the next token. accept() must be called before the next sample(). Throws engine.failed when no token is
    // left.
    llama_token sample(const float * logits);

    // `in_thoughts`: nothing there switches a lazy grammar on.
    void accept(llama_token token, bool in_thoughts);

    // Whether `token` may come without being sampled: the grammar allows it, and no call has begun.
    bool may_force(llama_token token) const {
        return grammar_ == nullptr || (!grammar_->triggered() && !grammar_->mentioned() && grammar_->allows(token));
    }

    bool has_grammar() const { return grammar_ != nullptr; }

    // All work of following the grammar so far.
    uint64_t grammar_work() const { return grammar_ != nullptr ? grammar_->work() : 0; }

  private:
    llama_token most_likely(const float * logits) const;
    llama_token choose(llama_token_data_array & candidates) const;
    llama_token sample_with_grammar(const float * logits);
    void        keep_allowed(llama_token_data_array & candidates) const;
    void        accept_prompt(const RequestOptions & options);

    CandidateArray &         candidates_;
    bool                     greedy_      = false;
    int32_t                  choice_size_ = 0;         // number of most likely tokens to choose from; 0: all
    SamplerPtr               adjust_;                  // changes logits: bias, penalties, DRY; may be null
    std::vector<llama_token> forbidden_;               // tokens with a bias of -infinity
    bool                     adjust_forbids_ = false;  // adjust_ does nothing else
    SamplerPtr               select_;                  // top-k to the draw; null when greedy
    std::unique_ptr<Grammar> grammar_;                 // may be null
};
