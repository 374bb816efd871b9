#include "step/request-runner.h"

#include "step/stop-matcher.h"

#include <algorithm>

// Work of all grammars in one step, about a hundredth of a second. Whoever comes after waits for the next step, so that
// many heavy grammars delay the other replies no more than one.
static constexpr uint64_t step_work_max = 1'000'000;

static double milliseconds(Clock::time_point from, Clock::time_point to) {
    return std::chrono::duration<double, std::milli>(to - from).count();
}

static bool contains(const std::vector<llama_token> & tokens, llama_token token) {
    return std::find(tokens.begin(), tokens.end(), token) != tokens.end();
}

RequestRunner::RequestRunner(EngineContext & context, EventQueue & events, EngineCounters & counters) :
    context_(context),
    events_(events),
    counters_(counters),
    vocab_(context.vocab()),
    candidates_(api().llama_vocab_n_tokens(vocab_)),
    piece_(vocab_) {}

llama_pos RequestRunner::sequence_length(const Request & request) const {
    return api().llama_memory_seq_pos_max(context_.memory(), request.options.sequence) + 1;
}

void RequestRunner::begin(Request & request) {
    const RequestOptions & options    = request.options;
    const int32_t          vocab_size = candidates_.vocab_size();
    const auto             is_foreign = [vocab_size](llama_token token) {
        return token < 0 || token >= vocab_size;
    };
    if (options.tokens.empty()) {
        throw NativeError("request.invalid", "A request needs at least one token.");
    }
    if (std::any_of(options.tokens.begin(), options.tokens.end(), is_foreign) ||
        std::any_of(options.history.begin(), options.history.end(), is_foreign)) {
        throw NativeError("request.invalid", "A token of the request is not in the vocabulary.");
    }
    const llama_pos length = sequence_length(request);
    if (length != options.position) {
        throw NativeError("request.invalid", "Sequence " + std::to_string(options.sequence) + " holds " +
                                                 std::to_string(length) + " tokens, the request begins at " +
                                                 std::to_string(options.position) + ".");
    }
    request.granted = std::max<int64_t>(1, options.granted);
    if (options.generate_max > 0) {
        request.sampler = std::make_unique<Sampler>(vocab_, options, candidates_);
        grammar_work_ += request.sampler->grammar_work();
    }
    if (options.reasoning) {
        for (const auto & ending : options.reasoning->endings) {
            if (ending.empty() || std::any_of(ending.begin(), ending.end(), is_foreign)) {
                throw NativeError("request.invalid", "An ending of thoughts needs tokens of the vocabulary.");
            }
        }
        request.reasoning = std::make_unique<ReasoningWatch>(*options.reasoning);
    }
    if (!options.stop_strings.empty()) {
        request.stops = std::make_unique<StopMatcher>(options.stop_strings);
    }
}

void RequestRunner::take_computed(Request & request, int32_t count) {
    const auto total = static_cast<int64_t>(request.options.tokens.size());
    request.computed += count;
    counters_.tokens_prefilled += count;
    if (count < total) {
        events_.add_progress(request.id, request.computed);
    }
    if (!request.prefilling() && request.options.generate_max <= 0) {
        finish(request, "prefilled");
    }
}

bool RequestRunner::has_grammar_work() const {
    return grammar_work_ < step_work_max;
}

void RequestRunner::take_logits(Request & request, const float * logits) {
    if (logits != nullptr && request.sampler->has_grammar() && !has_grammar_work()) {
        request.logits.assign(logits, logits + candidates_.vocab_size());
        request.postponed = ++postponed_;
        return;
    }
    const uint64_t before = request.sampler->grammar_work();
    choose_token(request, logits);
    grammar_work_ += request.sampler->grammar_work() - before;
}

void RequestRunner::take_postponed(Request & request) {
    const std::vector<float> logits = std::move(request.logits);
    request.logits.clear();
    const uint64_t before = request.sampler->grammar_work();
    choose_token(request, logits.data());
    grammar_work_ += request.sampler->grammar_work() - before;
}

void RequestRunner::choose_token(Request & request, const float * logits) {
    try {
        if (logits == nullptr) {
            throw NativeError("engine.failed", "llama.cpp gave no logits.");
        }
        const llama_token token = next_token(request, logits);
        if (request.options.logprobs < 0) {
            take_token(request, token, nullptr);
            return;
        }
        TokenLogprobs logprobs = compute_logprobs(logits, candidates_.vocab_size(), token, request.options.logprobs);
        take_token(request, token, &logprobs);
    } catch (const NativeError & error) {
        fail(request, error);
    } catch (const std::exception & error) {
        fail(request, NativeError("engine.failed", error.what()));
    }
}

// The token that ends thoughts beyond their budget, where the grammar does not hold the reply to something else; or a
// sampled one.
llama_token RequestRunner::next_token(Request & request, const float * logits) {
    if (request.reasoning != nullptr) {
        const llama_token token = request.reasoning->next();
        if (token != LLAMA_TOKEN_NULL && request.sampler->may_force(token)) {
            return token;
        }
    }
    return request.sampler->sample(logits);
}

void RequestRunner::take_token(Request & request, llama_token token, TokenLogprobs * logprobs) {
    if (request.generated++ == 0) {
        request.first_token = Clock::now();
    }
    counters_.tokens_generated++;
    request.last_token = token;
    request.held.push_back(token);
    if (request.reasoning != nullptr && !api().llama_vocab_is_eog(vocab_, token)) {
        request.reasoning->append(token, piece_.of(token));
    }
    if (logprobs != nullptr) {
        request.held_logprobs.push_back(std::move(*logprobs));
    }

    const RequestOptions & options = request.options;
    if (!options.ignore_end_of_generation && api().llama_vocab_is_eog(vocab_, token)) {
        finish(request, "end");
    } else if (contains(options.stop_tokens, token)) {
        finish(request, "stop");
    } else if (completes_stop_string(request, token)) {
        DoneFacts done  = facts(request, "stop");
        done.text_bytes = static_cast<int64_t>(request.stops->text_bytes());
        end(request, std::move(done));
    } else if (request.generated >= options.generate_max) {
        finish(request, "length");
    } else {
        // A call in thoughts is often only mentioned.
        request.sampler->accept(token, request.reasoning != nullptr && request.reasoning->thinking());
        emit_free_tokens(request, request.stops == nullptr ? 0 : request.stops->tokens_held());
        if (request.generated >= request.granted) {
            request.stalled = true;
            events_.add_stalled(request.id);
        }
    }
}

bool RequestRunner::completes_stop_string(Request & request, llama_token token) {
    return request.stops != nullptr && request.stops->append(piece_.of(token));
}

// Sends the waiting tokens except the last `held`.
void RequestRunner::emit_free_tokens(Request & request, size_t held) {
    const size_t free = request.held.size() - std::min(held, request.held.size());
    if (free == 0) {
        return;
    }
    const int64_t emitted = request.generated - static_cast<int64_t>(request.held.size());
    if (emitted < request.options.eager) {
        events_.hurry();
    }
    if (request.held_logprobs.empty()) {
        events_.add_tokens(request.id, request.held.data(), nullptr, free);
    } else {
        events_.add_tokens(request.id, request.held.data(), request.held_logprobs.data(), free);
        request.held_logprobs.erase(request.held_logprobs.begin(), request.held_logprobs.begin() + free);
    }
    request.held.erase(request.held.begin(), request.held.begin() + free);
}

void RequestRunner::take_kept(Request & request, int32_t count) {
    const llama_pos length = sequence_length(request);
    const int32_t   kept   = std::clamp(length - request.position(), 0, count);
    if (kept == 0) {
        return;
    }
    // The logits of the last token are lost, so it must be computed again.
    const bool needs_logits = request.options.generate_max > 0;
    if (!request.prefilling()) {
        api().llama_memory_seq_rm(context_.memory(), request.options.sequence, request.position(), -1);
        return;
    }
    const auto left  = static_cast<int64_t>(request.options.tokens.size()) - request.computed;
    const bool again = needs_logits && kept == left;
    if (again) {
        api().llama_memory_seq_rm(context_.memory(), request.options.sequence, length - 1, -1);
    }
    if (kept - (again ? 1 : 0) > 0) {
        take_computed(request, kept - (again ? 1 : 0));
    }
}

void RequestRunner::extend(Request & request, int64_t tokens) {
    request.granted += std::max<int64_t>(0, tokens);
    if (!request.stalled || request.generated >= request.granted) {
        return;
    }
    // While the request was stalled, its sequence may have been saved, emptied and restored.
    if (sequence_length(request) == request.position()) {
        request.stalled = false;
    } else {
        fail(request, NativeError("request.invalid", "Sequence " + std::to_string(request.options.sequence) +
                                                         " changed while its request was stalled."));
    }
}

void RequestRunner::finish(Request & request, const char * reason) {
    end(request, facts(request, reason));
}

void RequestRunner::fail(Request & request, const NativeError & error) {
    DoneFacts done = facts(request, "failed");
    done.code      = error.code();
    done.message   = error.what();
    end(request, std::move(done));
}

void RequestRunner::evict(Request & request) {
    const RequestOptions & options = request.options;
    api().llama_memory_seq_rm(context_.memory(), options.sequence, options.position, -1);
    DoneFacts done = facts(request, "failed");
    done.code      = "pool.overflow";
    done.message   = "The KV pool has no room for this request.";
    done.position  = sequence_length(request);
    end(request, std::move(done));
}

DoneFacts RequestRunner::facts(const Request & request, const char * reason) const {
    const Clock::time_point now     = Clock::now();
    const bool              decoded = request.first_decode != Clock::time_point{};
    const bool              sampled = request.first_token != Clock::time_point{};

    DoneFacts done;
    done.reason   = reason;
    done.position = request.position();
    if (request.stalled) {
        // While the request was stalled, its sequence may have been emptied.
        done.position = std::min(done.position, sequence_length(request));
    }
    done.generated  = request.generated;
    done.reasoning  = request.reasoning != nullptr ? request.reasoning->tokens() : 0;
    done.queue_ms   = milliseconds(request.started, decoded ? request.first_decode : now);
    done.prefill_ms = decoded ? milliseconds(request.first_decode, sampled ? request.first_token : now) : 0.0;
    done.decode_ms  = sampled ? milliseconds(request.first_token, now) : 0.0;
    return done;
}

void RequestRunner::end(Request & request, DoneFacts done) {
    emit_free_tokens(request, 0);
    events_.add_done(request.id, std::move(done));
    request.finished = true;
}
