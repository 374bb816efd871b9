#include "step/step-loop.h"

#include "platform/native-error.h"
#include "platform/process-clock.h"

#include <algorithm>
#include <iterator>

// Where a running decode cannot be stopped, a prompt is computed in pieces of this many tokens while others share the
// engine.
static constexpr int32_t shared_batch_tokens = 128;

// Commands that copy KV take long: after this time the running replies get their next tokens.
static constexpr std::chrono::milliseconds commands_span{ 30 };

StepLoop::StepLoop(std::shared_ptr<llama_model> model,
                   const EngineOptions &        options,
                   std::shared_ptr<EventQueue>  events) :
    model_(std::move(model)),
    events_(std::move(events)),
    context_(std::make_unique<EngineContext>(model_.get(), options)),
    info_(context_->info()),
    shelf_(*context_),
    composer_(static_cast<int32_t>(info_.batch_tokens)),
    runner_(*context_, *events_, counters_) {
    counters_.threads = std::min(options.threads_first, options.threads);
    thread_           = std::thread([this] { run(); });
}

StepLoop::~StepLoop() {
    close();
}

uint32_t StepLoop::start(RequestOptions options) {
    auto   request = std::make_shared<std::unique_ptr<Request>>(std::make_unique<Request>());
    auto & fresh   = **request;
    fresh.options  = std::move(options);
    fresh.started  = Clock::now();
    const std::lock_guard<std::mutex> lock(mutex_);
    if (closing_) {
        throw NativeError("engine.closed", "The engine is closed.");
    }
    fresh.id = ++id_last_;
    commands_.push_back([this, request](StepLoop * loop) {
        if (loop == nullptr) {
            runner_.finish(**request, "cancelled");
        } else {
            add_request(std::move(*request));
        }
    });
    wake_.notify_one();
    return id_last_;
}

void StepLoop::extend(uint32_t request_id, int64_t tokens) {
    post([request_id, tokens](StepLoop * loop) {
        if (Request * request = loop == nullptr ? nullptr : loop->find(request_id)) {
            loop->runner_.extend(*request, tokens);
        }
    });
}

void StepLoop::cancel(uint32_t request_id) {
    post([request_id](StepLoop * loop) {
        if (Request * request = loop == nullptr ? nullptr : loop->find(request_id)) {
            loop->runner_.finish(*request, "cancelled");
        }
    });

    // Stops a decode when more than half of its tokens were cancelled; otherwise the other requests would lose more.
    const std::lock_guard<std::mutex> lock(mutex_);
    int32_t                           total = 0;
    for (InFlight & share : in_flight_) {
        total += share.count;
        if (share.request_id == request_id) {
            in_flight_cancelled_ += share.count;
            share.request_id = 0;
        }
    }
    if (info_.abortable && 2 * in_flight_cancelled_ > total) {
        context_->abort_flag().store(true);
    }
}

void StepLoop::set_threads(int32_t threads) {
    post([threads](StepLoop * loop) {
        if (loop != nullptr) {
            const EngineOptions & options = loop->context_->options();
            loop->counters_.threads       = std::clamp(threads, 1, options.threads);
            api().llama_set_n_threads(loop->context_->get(), loop->counters_.threads,
                                      std::clamp(threads, 1, options.threads_batch));
        }
    });
}

void StepLoop::post(Command command) {
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (!closing_) {
            commands_.push_back(std::move(command));
            wake_.notify_one();
            return;
        }
    }
    command(nullptr);
}

void StepLoop::close() noexcept {
    const std::lock_guard<std::mutex> close_lock(close_mutex_);
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        closing_ = true;
        if (info_.abortable && context_ != nullptr) {
            context_->abort_flag().store(true);
        }
        wake_.notify_one();
    }
    if (thread_.joinable()) {
        thread_.join();
    }
    requests_.clear();
    context_.reset();
    model_.reset();
}

void StepLoop::check_sequence(llama_seq_id sequence) const {
    if (sequence < 0 || static_cast<uint32_t>(sequence) >= info_.sequences_max) {
        throw NativeError("request.invalid", "There is no sequence " + std::to_string(sequence) + "; this engine has " +
                                                 std::to_string(info_.sequences_max) + ".");
    }
}

void StepLoop::check_sequence_idle(llama_seq_id sequence) const {
    check_sequence(sequence);
    if (find_by_sequence(sequence) != nullptr) {
        throw NativeError("request.invalid", "Sequence " + std::to_string(sequence) + " is in use by a request.");
    }
}

void StepLoop::check_sequence_not_running(llama_seq_id sequence) const {
    check_sequence(sequence);
    const Request * request = find_by_sequence(sequence);
    if (request != nullptr && !request->stalled) {
        throw NativeError("request.invalid", "Sequence " + std::to_string(sequence) + " is in use by a request.");
    }
}

void StepLoop::run() {
    for (bool has_work = false; run_commands(!has_work);) {
        const bool is_choosing = choose_postponed();
        if (composer_.compose(requests_, batch_limit())) {
            has_work = true;
            if (publish_in_flight()) {
                step();
            }
        } else {
            has_work = is_choosing;
            events_->publish(!is_choosing);
        }
        runner_.begin_step();
    }

    std::vector<Command> left;
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        left.swap(commands_);
    }
    for (Command & command : left) {
        command(nullptr);
    }
    for (const auto & request : requests_) {
        runner_.finish(*request, "cancelled");
    }
    events_->publish(true);
}

// Returns false when the loop must end. With `wait` it sleeps until there is a command.
bool StepLoop::run_commands(bool wait) {
    std::vector<Command> commands;
    {
        std::unique_lock<std::mutex> lock(mutex_);
        if (wait) {
            wake_.wait(lock, [this] { return closing_ || !commands_.empty(); });
        }
        if (closing_) {
            return false;
        }
        commands.swap(commands_);
        postponed_ = 0;
    }
    const Clock::time_point started = Clock::now();
    size_t                  done    = 0;
    while (done < commands.size() && (requests_.empty() || Clock::now() - started < commands_span)) {
        commands[done++](this);
    }
    if (done < commands.size()) {
        const std::lock_guard<std::mutex> lock(mutex_);
        postponed_ = commands.size() - done;
        commands_.insert(commands_.begin(), std::make_move_iterator(commands.begin() + static_cast<ptrdiff_t>(done)),
                         std::make_move_iterator(commands.end()));
    }
    drop_finished();
    return true;
}

// Records the requests of the next decode, so that cancel() can stop it. False when commands have come: they go first.
bool StepLoop::publish_in_flight() {
    const Clock::time_point now = Clock::now();
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (closing_ || commands_.size() > postponed_) {
            return false;
        }
        in_flight_.clear();
        in_flight_cancelled_ = 0;
        for (const BatchShare & share : composer_.shares()) {
            in_flight_.push_back({ share.request->id, share.count });
        }
        context_->abort_flag().store(false);
    }
    for (const BatchShare & share : composer_.shares()) {
        if (share.request->first_decode == Clock::time_point{}) {
            share.request->first_decode = now;
        }
    }
    return true;
}

void StepLoop::step() {
    events_->publish(composer_.has_prefill());
    const uint64_t          cpu_before = process_cpu_ns();
    const Clock::time_point before     = Clock::now();
    const int32_t           code       = decode();
    const auto              busy       = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - before);
    counters_.decodes++;
    counters_.busy_ns += static_cast<uint64_t>(busy.count());
    counters_.busy_cpu_ns += process_cpu_ns() - cpu_before;
    {
        // cancel() must not touch the context between decodes: after close() there is none.
        const std::lock_guard<std::mutex> lock(mutex_);
        in_flight_.clear();
        in_flight_cancelled_ = 0;
    }
    if (code == 0) {
        handle_decoded();
    } else {
        handle_not_decoded(code);
    }
    drop_finished();
    events_->publish(false);
}

// Returns the code of llama_decode once the results are ready. An exception (no memory) counts as code -3, a failure.
int32_t StepLoop::decode() {
    try {
        const int32_t code = api().llama_decode(context_->get(), composer_.batch());
        if (code == 0) {
            api().llama_synchronize(context_->get());
        }
        return code;
    } catch (const std::exception &) {
        return -3;
    }
}

void StepLoop::handle_decoded() {
    for (const BatchShare & share : composer_.shares()) {
        if (share.request->prefilling()) {
            runner_.take_computed(*share.request, share.count);
        }
        if (share.output) {
            const float * logits = api().llama_get_logits_ith(context_->get(), share.first + share.count - 1);
            runner_.take_logits(*share.request, logits);
        }
    }
}

// Chooses the tokens that were postponed, in the order in which they were. Each step chooses one at least. Returns true
// when some are left.
bool StepLoop::choose_postponed() {
    Request * next = first_postponed();
    for (bool is_first = true; next != nullptr && (is_first || runner_.has_grammar_work()); is_first = false) {
        runner_.take_postponed(*next);
        next = first_postponed();
    }
    drop_finished();
    return next != nullptr;
}

Request * StepLoop::first_postponed() {
    Request * first = nullptr;
    for (const auto & request : requests_) {
        if (request->choosing() && !request->finished && (first == nullptr || request->postponed < first->postponed)) {
            first = request.get();
        }
    }
    return first;
}

// Code 1: no room in the pool; 2: aborted; others: failed (llama_decode in llama.h).
void StepLoop::handle_not_decoded(int32_t code) {
    const auto & shares = composer_.shares();
    if (code == 1) {
        const auto is_older = [](const BatchShare & a, const BatchShare & b) {
            return a.request->id < b.request->id;
        };
        const auto newest = std::max_element(shares.begin(), shares.end(), is_older);
        runner_.evict(*newest->request);
        return;
    }
    for (const BatchShare & share : shares) {
        runner_.take_kept(*share.request, share.count);
        if (code != 2 && !share.request->finished) {
            runner_.fail(*share.request, NativeError("engine.failed", "llama.cpp could not compute (code " +
                                                                          std::to_string(code) + ", see the log)."));
        }
    }
    if (code == 2) {
        counters_.decodes_aborted++;
    }
}

void StepLoop::add_request(std::unique_ptr<Request> request) {
    Request & fresh = *request;
    try {
        if (context_->options().embeddings) {
            throw NativeError("model.capability", "This engine was created for embeddings only.");
        }
        check_sequence_idle(fresh.options.sequence);
        runner_.begin(fresh);
    } catch (const NativeError & error) {
        runner_.fail(fresh, error);
        return;
    } catch (const std::exception & error) {
        runner_.fail(fresh, NativeError("engine.failed", error.what()));
        return;
    }
    const auto is_before = [](const std::unique_ptr<Request> & a, const std::unique_ptr<Request> & b) {
        return a->options.priority < b->options.priority;
    };
    requests_.insert(std::upper_bound(requests_.begin(), requests_.end(), request, is_before), std::move(request));
}

Request * StepLoop::find(uint32_t request_id) {
    for (const auto & request : requests_) {
        if (request->id == request_id && !request->finished) {
            return request.get();
        }
    }
    return nullptr;
}

const Request * StepLoop::find_by_sequence(llama_seq_id sequence) const {
    for (const auto & request : requests_) {
        if (request->options.sequence == sequence && !request->finished) {
            return request.get();
        }
    }
    return nullptr;
}

void StepLoop::drop_finished() {
    const auto is_finished = [](const std::unique_ptr<Request> & request) {
        return request->finished;
    };
    requests_.erase(std::remove_if(requests_.begin(), requests_.end(), is_finished), requests_.end());
}

int32_t StepLoop::batch_limit() const {
    const auto batch_tokens = static_cast<int32_t>(info_.batch_tokens);
    return info_.abortable || requests_.size() < 2 ? batch_tokens : std::min(batch_tokens, shared_batch_tokens);
}
