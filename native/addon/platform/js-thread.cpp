#include "platform/js-thread.h"

#include "platform/native-error.h"

void call_listener(Napi::Env env, Napi::Function listener, std::initializer_list<napi_value> arguments) {
    const napi_status status =
        napi_call_function(env, env.Undefined(), listener, arguments.size(), arguments.begin(), nullptr);
    napi_value thrown = nullptr;
    if (status == napi_pending_exception && napi_get_and_clear_last_exception(env, &thrown) == napi_ok) {
        napi_fatal_exception(env, thrown);
    }
}

static void report_uncaught(Napi::Env env, std::exception_ptr caught) {
    try {
        napi_fatal_exception(env, to_js_error(env, caught).Value());
    } catch (const Napi::Error &) {
        return;  // JavaScript is ending and refuses even to make an error: there is nobody to report it to
    }
}

JsThread::JsThread(Napi::Env env) : env_(env), wake_(Wake::New(env, "moonwright", 0, 1, this)) {
    wake_.Unref(env);
}

JsThread::~JsThread() {
    close();
}

bool JsThread::post(Task task) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (closed_) {
        return false;
    }
    waiting_.push_back(std::move(task));
    if (waiting_.size() == 1) {
        wake_.NonBlockingCall();
    }
    return true;
}

void JsThread::hold() {
    if (held_++ == 0) {
        wake_.Ref(env_);
    }
}

void JsThread::release() {
    if (--held_ == 0) {
        wake_.Unref(env_);
    }
}

bool JsThread::closed() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return closed_;
}

void JsThread::close() noexcept {
    std::vector<Task> dropped;
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (closed_) {
            return;
        }
        closed_ = true;
        dropped.swap(waiting_);
    }
    wake_.Abort();
}

void JsThread::run_all(Napi::Env env, Napi::Function, JsThread * self, void *) {
    if (env == nullptr) {
        return;
    }
    std::vector<Task> tasks;
    {
        const std::lock_guard<std::mutex> lock(self->mutex_);
        tasks.swap(self->waiting_);
    }
    for (Task & task : tasks) {
        // A callback in an earlier task may have ended the environment: process.exit() in a worker returns.
        if (self->closed()) {
            return;
        }
        const Napi::HandleScope scope(env);
        try {
            task(env);
        } catch (...) {
            report_uncaught(env, std::current_exception());
        }
    }
}
