#pragma once

#include "kv/kv-shelf.h"
#include "model/model-handle.h"
#include "platform/environment.h"
#include "step/batch-composer.h"
#include "step/engine-context.h"
#include "step/event-queue.h"
#include "step/request-runner.h"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

// The engine's thread. Runs commands in the order given, between two decodes; composes batches, decodes them and passes
// the results to the requests. The caller chooses sequences and counts cells.
class StepLoop : public Closable {
  public:
    // Runs on the loop thread. Gets null when the loop is closed first, and may then run on the thread that posted it.
    using Command = std::function<void(StepLoop *)>;

    // Creates the context, which takes a while, and starts the thread.
    StepLoop(std::shared_ptr<llama_model> model, const EngineOptions & options, std::shared_ptr<EventQueue> events);
    ~StepLoop() override;

    const EngineInfo & info() const { return info_; }

    const EngineCounters & counters() const { return counters_; }

    // Any thread.
    uint32_t start(RequestOptions options);
    void     extend(uint32_t request_id, int64_t tokens);
    void     cancel(uint32_t request_id);
    void     set_threads(int32_t threads);
    void     post(Command command);
    void     close() noexcept override;

    // Only on the loop thread, for commands.
    EngineContext & context() { return *context_; }

    KvShelf & shelf() { return shelf_; }

    // Throw request.invalid when there is no such sequence; the second also when any request uses it, the third also
    // when a request uses it that has not stalled.
    void check_sequence(llama_seq_id sequence) const;
    void check_sequence_idle(llama_seq_id sequence) const;
    void check_sequence_not_running(llama_seq_id sequence) const;

  private:
    struct InFlight {
        uint32_t request_id;
        int32_t  count;
    };

    void            run();
    bool            run_commands(bool wait);
    bool            publish_in_flight();
    void            step();
    int32_t         decode();
    void            handle_decoded();
    bool            choose_postponed();
    Request *       first_postponed();
    void            handle_not_decoded(int32_t code);
    void            add_request(std::unique_ptr<Request> request);
    Request *       find(uint32_t request_id);
    const Request * find_by_sequence(llama_seq_id sequence) const;
    void            drop_finished();
    int32_t         batch_limit() const;

    std::shared_ptr<llama_model>   model_;
    std::shared_ptr<EventQueue>    events_;
    std::unique_ptr<EngineContext> context_;
    const EngineInfo               info_;
    EngineCounters                 counters_;

    // Loop thread.
    KvShelf                               shelf_;
    BatchComposer                         composer_;
    RequestRunner                         runner_;
    std::vector<std::unique_ptr<Request>> requests_;  // by priority, then arrival

    std::mutex              mutex_;
    std::condition_variable wake_;
    std::vector<Command>    commands_;
    size_t                  postponed_ = 0;            // how many of them are left from the last turn
    std::vector<InFlight>   in_flight_;
    int32_t                 in_flight_cancelled_ = 0;  // tokens
    uint32_t                id_last_             = 0;
    bool                    closing_             = false;

    std::mutex  close_mutex_;
    std::thread thread_;
};
