#pragma once

#include "platform/environment.h"
#include "platform/native-error.h"

#include <napi.h>

#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

// Calls `work` on another thread and returns the promise of its result. `dispatch(run, settle)` decides on which one:
// it must have `run` called there once, with `Arguments`, and then `settle` on the JavaScript thread. `convert` makes
// the JavaScript value of the result. `work` may throw, which rejects the promise; it must not touch anything of Napi.
template <class... Arguments, class Work, class Convert, class Dispatch>
Napi::Promise call_async(Napi::Env env, Work work, Convert convert, Dispatch && dispatch) {
    using Result = std::invoke_result_t<Work &, Arguments...>;

    struct State {
        Work                  work;
        Convert               convert;
        std::optional<Result> result;
        std::exception_ptr    error;
    };

    const auto state    = std::make_shared<State>(State{ std::move(work), std::move(convert), {}, {} });
    const auto deferred = Napi::Promise::Deferred::New(env);
    dispatch(
        [state](Arguments... arguments) {
            try {
                state->result.emplace(state->work(arguments...));
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

// Calls `work` on a thread of its own, not on one of libuv's four: a load takes minutes, and Node waits for libuv's
// threads before it tells us that the environment ends.
template <class Work, class Convert> Napi::Promise run_on_new_thread(Napi::Env env, Work work, Convert convert) {
    return call_async(env, std::move(work), std::move(convert),
                      [env](auto run, auto settle) { Environment::of(env).run(std::move(run), std::move(settle)); });
}

// For work without a result: the promise resolves with undefined.
template <class Work> Napi::Promise run_on_new_thread(Napi::Env env, Work work) {
    return run_on_new_thread(
        env,
        [work = std::move(work)]() mutable {
            work();
            return true;
        },
        [](Napi::Env env, bool) { return env.Undefined(); });
}
