#include "step/batch-composer.h"

#include <algorithm>

// The time of a batch grows with its tokens: in one that also serves a more urgent request, the prompts of the others
// together get at most this many.
static constexpr int32_t yielding_tokens = 32;

BatchComposer::BatchComposer(int32_t batch_tokens) :
    tokens_(batch_tokens),
    positions_(batch_tokens),
    sequence_counts_(batch_tokens, 1),
    sequences_(batch_tokens),
    sequence_pointers_(batch_tokens),
    outputs_(batch_tokens) {
    for (int32_t i = 0; i < batch_tokens; i++) {
        sequence_pointers_[i] = &sequences_[i];
    }
}

bool BatchComposer::compose(const std::vector<std::unique_ptr<Request>> & requests, int32_t limit) {
    limit_       = std::min(limit, static_cast<int32_t>(tokens_.size()));
    count_       = 0;
    has_prefill_ = false;
    shares_.clear();
    add_replies(requests);
    add_prompts(requests);
    return count_ > 0;
}

llama_batch BatchComposer::batch() {
    return {
        /*.n_tokens =*/count_,
        /*.token    =*/tokens_.data(),
        /*.embd     =*/nullptr,
        /*.pos      =*/positions_.data(),
        /*.n_seq_id =*/sequence_counts_.data(),
        /*.seq_id   =*/sequence_pointers_.data(),
        /*.logits   =*/outputs_.data(),
    };
}

void BatchComposer::add_replies(const std::vector<std::unique_ptr<Request>> & requests) {
    for (size_t i = 0; i < requests.size(); i++) {
        auto & request = *requests[(turn_ + i) % requests.size()];
        if (request.prefilling() || request.stalled) {
            continue;
        }
        if (space() == 0) {
            turn_ = (turn_ + i) % requests.size();
            return;
        }
        shares_.push_back({ &request, count_, 1, true });
        add_token(request.last_token, request.position(), request.options.sequence, true);
    }
    turn_ = 0;
}

void BatchComposer::add_prompts(const std::vector<std::unique_ptr<Request>> & requests) {
    int32_t yielding = yielding_tokens;
    for (const auto & request : requests) {
        if (space() == 0) {
            return;
        }
        if (!request->prefilling()) {
            continue;
        }
        const auto & options = request->options;
        const bool   yields  = has_before(options.priority);
        const auto   left    = static_cast<int64_t>(options.tokens.size()) - request->computed;
        const auto   count =
            static_cast<int32_t>(std::min<int64_t>(left, yields ? std::min(yielding, space()) : space()));
        const bool output = count == left && options.generate_max > 0;
        if (count == 0) {
            return;
        }
        if (yields) {
            yielding -= count;
        }

        shares_.push_back({ request.get(), count_, count, output });
        for (int32_t i = 0; i < count; i++) {
            const bool last = i == count - 1;
            add_token(options.tokens[request->computed + i], request->position() + i, options.sequence, output && last);
        }
        has_prefill_ = true;
    }
}

// True when the batch has tokens of a more urgent request.
bool BatchComposer::has_before(int32_t priority) const {
    return std::any_of(shares_.begin(), shares_.end(),
                       [priority](const BatchShare & share) { return share.request->options.priority < priority; });
}

void BatchComposer::add_token(llama_token token, llama_pos position, llama_seq_id sequence, bool output) {
    tokens_[count_]    = token;
    positions_[count_] = position;
    sequences_[count_] = sequence;
    outputs_[count_]   = output ? 1 : 0;
    count_++;
}
