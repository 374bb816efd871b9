#pragma once

#include "model/token-piece.h"
#include "platform/native-error.h"
#include "step/engine-context.h"
#include "step/event-queue.h"
#include "step/request.h"
#include "step/sampler.h"

#include <atomic>
#include <cstdint>

// Totals since the engine was created. Written by the loop thread, read by any thread.
struct EngineCounters {
    std::atomic<uint64_t> decodes{ 0 };
    std::atomic<uint64_t> decodes_aborted{ 0 };
    std::atomic<uint64_t> tokens_prefilled{ 0 };
    std::atomic<uint64_t> tokens_generated{ 0 };
    std::atomic<uint64_t> busy_ns{ 0 };
    std::atomic<uint64_t> busy_cpu_ns{ 0 };  // CPU time of the whole process during busy_ns
    std::atomic<int32_t>  threads{ 0 };      // not a total: how many compute now
};

// Takes a request from its first token to its done event and sends its events. Does not decode, and does not choose
// which request is next.
class RequestRunner {
  public:
    RequestRunner(EngineContext & context, EventQueue & events, EngineCounters & counters);

    // Checks the request against the context and prepares its sampling. Throws request.invalid, grammar.invalid.
    void begin(Request & request);
    // `count` more tokens of the prompt are computed.
    void take_computed(Request & request, int32_t count);
    // Samples from the logits of the last token, or keeps them for take_postponed() when the grammars of this step have
    // had their share of work. Never throws, the request may be finished afterwards.
    void take_logits(Request & request, const float * logits);
    void take_postponed(Request & request);

    // The grammars get a new share of work.
    void begin_step() { grammar_work_ = 0; }

    bool has_grammar_work() const;
    // After an aborted or failed decode: finds in the KV pool how many of the request's `count` tokens were computed.
    void take_kept(Request & request, int32_t count);
    void extend(Request & request, int64_t tokens);
    void finish(Request & request, const char * reason);
    void fail(Request & request, const NativeError & error);
    // For a full pool: fails the request and frees the cells it took, so that the others can continue.
    void evict(Request & request);

  private:
    // Number of positions that its sequence holds.
    llama_pos   sequence_length(const Request & request) const;
    void        choose_token(Request & request, const float * logits);
    llama_token next_token(Request & request, const float * logits);
    void        take_token(Request & request, llama_token token, TokenLogprobs * logprobs);
    bool        completes_stop_string(Request & request, llama_token token);
    void        emit_free_tokens(Request & request, size_t held);
    DoneFacts   facts(const Request & request, const char * reason) const;
    void        end(Request & request, DoneFacts done);

    EngineContext &     context_;
    EventQueue &        events_;
    EngineCounters &    counters_;
    const llama_vocab * vocab_;
    CandidateArray      candidates_;
    TokenPiece          piece_;
    uint64_t            grammar_work_ = 0;  // in this step
    uint64_t            postponed_    = 0;  // choices so far
};
