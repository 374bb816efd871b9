#pragma once

#include "llama.h"
#include "step/request.h"

#include <cstdint>
#include <memory>
#include <vector>

// The tokens of one request in a batch.
struct BatchShare {
    Request * request;
    int32_t   first;   // index of its first token in the batch
    int32_t   count;
    bool      output;  // the last of its tokens needs logits
};

// Decides what the next llama_decode computes: a token for every sequence that is generating, then prompts by priority,
// up to one micro-batch, and less beside a reply or a more urgent request. Prompts of one priority share the batch: the
// shortest are computed first, and a part is kept for the one that came first. Changes no request: the loop does that
// after the decode.
class BatchComposer {
  public:
    explicit BatchComposer(int32_t batch_tokens);

    // `requests` in order of priority, then arrival; at most `limit` tokens. False when none has anything to compute.
    bool compose(const std::vector<std::unique_ptr<Request>> & requests, int32_t limit);

    llama_batch batch();

    const std::vector<BatchShare> & shares() const { return shares_; }

    bool has_prefill() const { return has_prefill_; }

  private:
    // A prompt, and how many of its tokens this batch computes.
    struct PromptShare {
        Request * request;
        int32_t   count;
    };

    void add_replies(const std::vector<std::unique_ptr<Request>> & requests);
    void add_prompts(const std::vector<std::unique_ptr<Request>> & requests);
    void share_among_prompts(int32_t room);
    void add_prompt(Request & request, int32_t count);
    bool has_before(int32_t priority) const;
    bool has_at(int32_t priority) const;
    void add_token(llama_token token, llama_pos position, llama_seq_id sequence, bool output);

    int32_t space() const { return limit_ - count_; }

    int32_t limit_       = 0;
    int32_t count_       = 0;
    bool    has_prefill_ = false;
    size_t  turn_        = 0;  // index of the reply that goes first when not all fit

    std::vector<llama_token>    tokens_;
    std::vector<llama_pos>      positions_;
    std::vector<int32_t>        sequence_counts_;
    std::vector<llama_seq_id>   sequences_;
    std::vector<llama_seq_id *> sequence_pointers_;
    std::vector<int8_t>         outputs_;
    std::vector<BatchShare>     shares_;
    std::vector<PromptShare>    prompts_;  // of one priority, while a batch is composed
};
