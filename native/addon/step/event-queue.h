#pragma once

#include "platform/js-thread.h"
#include "step/logprobs.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

// How a request ended (NativeDone in contract.ts).
struct DoneFacts {
    const char * reason     = "";
    int32_t      position   = 0;
    int64_t      generated  = 0;
    int64_t      reasoning  = 0;   // of these, tokens of thoughts
    int64_t      text_bytes = -1;  // -1: not ended by a stop string
    std::string  code;             // of an error, for the reason "failed"
    std::string  message;
    double       queue_ms   = 0.0;
    double       prefill_ms = 0.0;
    double       decode_ms  = 0.0;
};

struct Event {
    enum class Kind { progress, tokens, stalled, done };

    Kind                       kind = Kind::tokens;
    std::vector<llama_token>   tokens;
    std::vector<TokenLogprobs> logprobs;
    int64_t                    computed = 0;
    DoneFacts                  done;
};

struct RequestEvents {
    uint32_t           request_id;
    std::vector<Event> events;
};

// Passes events from the loop thread to the JavaScript thread. Events gather on the loop thread and cross together. At
// most one call to JavaScript is pending, and a call delivers the tokens of a request as one event.
class EventQueue : public std::enable_shared_from_this<EventQueue> {
  public:
    using Deliver = std::function<void(Napi::Env, std::vector<RequestEvents> &)>;

    explicit EventQueue(std::shared_ptr<JsThread> js) : js_(std::move(js)) {}

    // Only on the JavaScript thread. Sets the receiver; an empty function drops what comes.
    void on_deliver(Deliver deliver) { deliver_ = std::move(deliver); }

    // Only on the loop thread. Nothing crosses before publish().
    void add_tokens(uint32_t request_id, const llama_token * tokens, const TokenLogprobs * logprobs, size_t count);
    void add_progress(uint32_t request_id, int64_t computed);
    void add_stalled(uint32_t request_id);
    void add_done(uint32_t request_id, DoneFacts done);

    // Only on the loop thread. The next publish() sends what was added, even tokens alone.
    void hurry();

    // Only on the loop thread, between two decodes. Holds tokens alone back for a while, so that a fast model does not
    // wake JavaScript for each, unless the next publish() may be far away (`long_wait_ahead`).
    void publish(bool long_wait_ahead);

  private:
    void deliver(Napi::Env env);

    std::shared_ptr<JsThread> js_;
    Deliver                   deliver_;

    // Loop thread.
    std::vector<RequestEvents>            staged_;
    bool                                  urgent_ = false;
    std::chrono::steady_clock::time_point published_at_;

    std::mutex                 mutex_;
    std::vector<RequestEvents> crossing_;
    bool                       call_pending_ = false;
};
