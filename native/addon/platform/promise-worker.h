#pragma once

#include "platform/environment.h"
#include "platform/native-error.h"

#include <napi.h>

#include <exception>
#include <memory>
#include <optional>
#include <utility>

// Every asynchronous call: `work` runs on a thread of its own and may throw; `convert` makes the JavaScript value of
// its result on the JavaScript thread. `work` must not touch anything of Napi. A thread of its own, not one of libuv's
// four: a load takes minutes, and Node waits for libuv's before it tells us that the environment ends.
template <class Work, class Convert> Napi::Promise run_async(Napi::Env env, Work work, Convert convert) {
    using Result = decltype(work());

    struct State {
        Work                  work;
        Convert               convert;
        std::optional<Result> result;
        std::exception_ptr    error;
    };

    const auto state    = std::make_shared<State>(State{ std::move(work), std::move(convert), {}, {} });
    const auto deferred = Napi::Promise::Deferred::New(env);
    Environment::of(env).run(
        [state = state.get()] {
            try {
                state->result.emplace(state->work());
            } catch (...) {
                state->error = std::current_exception();
            }
        },
        [state, deferred](Napi::Env env) {
            try {
                if (state->error) {
                    std::rethrow_exception(state->error);
                }
                deferred.Resolve(state->convert(env, std::move(*state->result)));
            } catch (...) {
                deferred.Reject(to_js_error(env, std::current_exception()).Value());
            }
        });
    return deferred.Promise();
}

// For work without a result: the promise resolves with undefined.
template <class Work> Napi::Promise run_async(Napi::Env env, Work work) {
    return run_async(
        env,
        [work = std::move(work)]() mutable {
            work();
            return true;
        },
        [](Napi::Env env, bool) { return env.Undefined(); });
}
