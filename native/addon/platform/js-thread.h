#pragma once

#include <napi.h>

#include <functional>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <vector>

// Calls a callback that JavaScript gave us. An exception of the callback becomes an uncaught JavaScript exception.
// While JavaScript is ending (a worker that exits) Node refuses the call, and nothing happens.
void call_listener(Napi::Env env, Napi::Function listener, std::initializer_list<napi_value> arguments);

// Runs tasks from any thread on the JavaScript thread of one environment, in the order they are posted. An exception of
// a task becomes an uncaught JavaScript exception. After close() tasks are dropped.
class JsThread {
  public:
    using Task = std::function<void(Napi::Env)>;

    explicit JsThread(Napi::Env env);
    JsThread(const JsThread &)             = delete;
    JsThread & operator=(const JsThread &) = delete;
    ~JsThread();

    // Any thread. False after close(); the task is then destroyed on the caller's thread.
    bool post(Task task);

    // Only on the JavaScript thread. The event loop stays alive until each hold() has had its release().
    void hold();
    void release();

    // Only on the JavaScript thread. Drops the tasks that wait.
    void close() noexcept;

  private:
    bool closed();

    static void run_all(Napi::Env env, Napi::Function, JsThread * self, void *);

    using Wake = Napi::TypedThreadSafeFunction<JsThread, void, &JsThread::run_all>;

    Napi::Env         env_;
    Wake              wake_;
    std::mutex        mutex_;
    std::vector<Task> waiting_;
    bool              closed_ = false;
    int               held_   = 0;
};
