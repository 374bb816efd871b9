#include "step/event-queue.h"

#include <algorithm>
#include <iterator>

// Text that grows twenty times a second reads as flowing, and each wake-up costs JavaScript as much as several tokens.
static constexpr std::chrono::milliseconds wake_interval{ 50 };

static std::vector<Event> & events_of(std::vector<RequestEvents> & all, uint32_t request_id) {
    const auto is_same = [request_id](const RequestEvents & item) {
        return item.request_id == request_id;
    };
    const auto found = std::find_if(all.begin(), all.end(), is_same);
    if (found != all.end()) {
        return found->events;
    }
    all.push_back({ request_id, {} });
    return all.back().events;
}

template <class T> static void append(std::vector<T> & to, std::vector<T> & from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

// Appends tokens to a tokens event at the end, and replaces a progress event at the end by a newer one.
static void append_event(std::vector<Event> & events, Event event) {
    const bool mergeable = !events.empty() && events.back().kind == event.kind;
    if (mergeable && event.kind == Event::Kind::tokens) {
        append(events.back().tokens, event.tokens);
        append(events.back().logprobs, event.logprobs);
    } else if (mergeable && event.kind == Event::Kind::progress) {
        events.back() = std::move(event);
    } else {
        events.push_back(std::move(event));
    }
}

void EventQueue::add_tokens(uint32_t              request_id,
                            const llama_token *   tokens,
                            const TokenLogprobs * logprobs,
                            size_t                count) {
    if (count == 0) {
        return;
    }
    auto & events = events_of(staged_, request_id);
    if (events.empty() || events.back().kind != Event::Kind::tokens) {
        events.emplace_back();
    }
    Event & event = events.back();
    event.tokens.insert(event.tokens.end(), tokens, tokens + count);
    if (logprobs != nullptr) {
        event.logprobs.insert(event.logprobs.end(), logprobs, logprobs + count);
    }
}

void EventQueue::add_progress(uint32_t request_id, int64_t computed) {
    Event event;
    event.kind     = Event::Kind::progress;
    event.computed = computed;
    append_event(events_of(staged_, request_id), std::move(event));
}

void EventQueue::add_stalled(uint32_t request_id) {
    Event event;
    event.kind = Event::Kind::stalled;
    append_event(events_of(staged_, request_id), std::move(event));
    urgent_ = true;
}

void EventQueue::add_done(uint32_t request_id, DoneFacts done) {
    Event event;
    event.kind = Event::Kind::done;
    event.done = std::move(done);
    append_event(events_of(staged_, request_id), std::move(event));
    urgent_ = true;
}

void EventQueue::hurry() {
    urgent_ = true;
}

void EventQueue::publish(bool long_wait_ahead) {
    if (staged_.empty()) {
        return;
    }
    const auto now = std::chrono::steady_clock::now();
    if (!urgent_ && !long_wait_ahead && now - published_at_ < wake_interval) {
        return;
    }
    published_at_ = now;
    urgent_       = false;

    bool call = false;
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        for (auto & item : staged_) {
            auto & events = events_of(crossing_, item.request_id);
            for (Event & event : item.events) {
                append_event(events, std::move(event));
            }
        }
        call          = !call_pending_;
        call_pending_ = true;
    }
    staged_.clear();
    if (call) {
        js_->post([self = shared_from_this()](Napi::Env env) { self->deliver(env); });
    }
}

void EventQueue::deliver(Napi::Env env) {
    std::vector<RequestEvents> events;
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        events.swap(crossing_);
        call_pending_ = false;
    }
    if (deliver_) {
        deliver_(env, events);
    }
}
