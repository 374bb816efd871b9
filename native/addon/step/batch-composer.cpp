#include "step/batch-composer.h"

#include <algorithm>

// The time of a batch grows with its tokens: in one that also serves a more urgent request, the prompts of the others
// together get at most this many.
static constexpr int32_t yielding_tokens = 32;

// In a batch that also serves replies of the same priority, prompts together get at most this many.
static constexpr int32_t beside_reply_tokens = 128;

// The prompt that came first gets one of this many parts of a batch, also when shorter ones keep coming.
static constexpr int32_t parts_of_first = 4;

static int64_t tokens_left(const Request & request) {
    return static_cast<int64_t>(request.options.tokens.size()) - request.computed;
}

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
        if (request.prefilling() || request.stalled || request.choosing()) {
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
    for (size_t i = 0; i < requests.size() && space() > 0;) {
        const int32_t priority = requests[i]->options.priority;
        const bool    yields   = has_before(priority);
        int32_t       room     = yields ? std::min(yielding, space()) : space();
        if (!yields && has_at(priority)) {
            room = std::min(room, beside_reply_tokens);
        }
        prompts_.clear();
        for (; i < requests.size() && requests[i]->options.priority == priority; i++) {
            if (requests[i]->prefilling()) {
                prompts_.push_back({ requests[i].get(), 0 });
            }
        }
        const int32_t before = count_;
        share_among_prompts(room);
        if (yields) {
            yielding -= count_ - before;
        }
    }
}

// Divides up to `room` tokens among the prompts of one priority: the shortest first, so that none waits for a whole
// long one, but a part of them always goes to the one that came first, so that it is done some time.
void BatchComposer::share_among_prompts(int32_t room) {
    if (prompts_.empty() || room <= 0) {
        return;
    }
    const auto give = [&room](PromptShare & share, int64_t most) {
        const int64_t left   = tokens_left(*share.request) - share.count;
        const auto    tokens = static_cast<int32_t>(std::min({ left, most, static_cast<int64_t>(room) }));
        share.count += tokens;
        room -= tokens;
    };
    give(prompts_.front(), std::max(1, room / parts_of_first));
    std::stable_sort(prompts_.begin(), prompts_.end(), [](const PromptShare & a, const PromptShare & b) {
        return tokens_left(*a.request) < tokens_left(*b.request);
    });
    for (PromptShare & share : prompts_) {
        give(share, room);
    }
    for (const PromptShare & share : prompts_) {
        if (share.count > 0) {
            add_prompt(*share.request, share.count);
        }
    }
}

void BatchComposer::add_prompt(Request & request, int32_t count) {
    const RequestOptions & options = request.options;
    const bool             output  = count == tokens_left(request) && options.generate_max > 0;
    shares_.push_back({ &request, count_, count, output });
    for (int32_t i = 0; i < count; i++) {
        const bool last = i == count - 1;
        add_token(options.tokens[request.computed + i], request.position() + i, options.sequence, output && last);
    }
    has_prefill_ = true;
}

// True when the batch has tokens of a more urgent request.
bool BatchComposer::has_before(int32_t priority) const {
    return std::any_of(shares_.begin(), shares_.end(),
                       [priority](const BatchShare & share) { return share.request->options.priority < priority; });
}

// True when the batch has tokens of a request of this priority.
bool BatchComposer::has_at(int32_t priority) const {
    return std::any_of(shares_.begin(), shares_.end(),
                       [priority](const BatchShare & share) { return share.request->options.priority == priority; });
}

void BatchComposer::add_token(llama_token token, llama_pos position, llama_seq_id sequence, bool output) {
    tokens_[count_]    = token;
    positions_[count_] = position;
    sequences_[count_] = sequence;
    outputs_[count_]   = output ? 1 : 0;
    count_++;
}
