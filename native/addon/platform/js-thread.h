#pragma once

#include <napi.h>

#include <functional>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <vector>

// Calls a function of the user's. What it throws becomes an uncaught exception; nothing happens when JavaScript is ending
// (a worker that exits), where even making an error is refused.
void call_listener(Napi::Env env, Napi::Function listener, std::initializer_list<napi_value> arguments);

// The way from any thread to the JavaScript thread of one environment. Tasks run in the order they are posted; what an
// exception of a task means is decided here: an uncaught JavaScript exception. After close() tasks are dropped.
class JsThread {
  public:
    using Task = std::function<void(Napi::Env)>;

    explicit JsThread(Napi::Env env);
    JsThread(const JsThread &)             = delete;
    JsThread & operator=(const JsThread &) = delete;
    ~JsThread();

    // Any thread. False when the environment is gone; the task is then destroyed by the caller's thread.
    bool post(Task task);

    // Only on the JavaScript thread: while somebody holds it, the event loop stays alive.
    void hold();
    void release();

    // Only on the JavaScript thread, once: drops what waits.
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
