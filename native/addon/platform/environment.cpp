#include "platform/environment.h"

#include "platform/native-error.h"

#include <algorithm>

Environment::Environment(Napi::Env env) : js_(std::make_shared<JsThread>(env)) {}

Environment::~Environment() {
    close();
}

void Environment::attach(Napi::Env env) {
    auto * environment = new Environment(env);
    env.SetInstanceData(environment);
    // Hooks run in reverse order: registered after the thread-safe function's own, this one ends the threads first.
    env.AddCleanupHook([environment] { environment->close(); });
    // process.exit() on the main thread runs no cleanup hooks, only exit handlers of the libraries, and those destroy
    // objects that our threads still use. JavaScript's exit event comes before them, so the threads end there.
    const Napi::Object process = env.Global().Get("process").As<Napi::Object>();
    process.Get("prependOnceListener")
        .As<Napi::Function>()
        .Call(process, { Napi::String::New(env, "exit"),
                         Napi::Function::New(env, [](const Napi::CallbackInfo & info) { of(info.Env()).close(); }) });
}

Environment & Environment::of(Napi::Env env) {
    return *env.GetInstanceData<Environment>();
}

void Environment::remember(const char * name, Napi::Function constructor) {
    constructors_[name] = Napi::Persistent(constructor);
}

Napi::Object Environment::make(const char * name, std::initializer_list<napi_value> arguments) {
    return constructors_.at(name).New(arguments);
}

void Environment::close_at_exit(const std::shared_ptr<Closable> & closable) {
    closables_.erase(
        std::remove_if(closables_.begin(), closables_.end(), [](const auto & old) { return old.expired(); }),
        closables_.end());
    closables_.push_back(closable);
}

void Environment::keep(std::shared_ptr<Closable> closable) {
    close_at_exit(closable);
    kept_.push_back(std::move(closable));
}

void Environment::run(std::function<void()> body, JsThread::Task settle) {
    if (closed_) {
        throw NativeError("request.cancelled", "The process is ending.");
    }
    calls_.push_back({ std::move(body), std::move(settle), {} });
    const auto call = std::prev(calls_.end());
    try {
        call->thread = std::thread([this, call, js = js_] {
            call->body();
            js->post([this, call](Napi::Env env) {
                call->thread.join();
                js_->release();
                Call done = std::move(*call);
                calls_.erase(call);
                done.settle(env);
            });
        });
    } catch (...) {
        calls_.erase(call);
        throw;
    }
    js_->hold();
}

void Environment::close() noexcept {
    closed_ = true;
    for (auto at = closables_.rbegin(); at != closables_.rend(); ++at) {
        if (const auto closable = at->lock()) {
            closable->close();
        }
    }
    closables_.clear();
    kept_.clear();
    js_->close();
    for (Call & call : calls_) {
        call.thread.join();
    }
    calls_.clear();
}
