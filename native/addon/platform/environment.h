#pragma once

#include "platform/js-thread.h"

#include <napi.h>

#include <functional>
#include <initializer_list>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

// An object that must be closed before the environment ends, or before the object it was made from is freed. close()
// blocks until it is done; it may be called twice and from any thread.
class Closable {
  public:
    virtual ~Closable()           = default;
    virtual void close() noexcept = 0;
};

// State of one JavaScript environment (the main thread, or a worker thread): its JsThread, the threads of calls under
// way, and the constructors of wrapped classes. The libraries belong to the process, not to an environment.
class Environment {
  public:
    static void          attach(Napi::Env env);
    static Environment & of(Napi::Env env);

    Environment(const Environment &)             = delete;
    Environment & operator=(const Environment &) = delete;
    ~Environment();

    JsThread & js() { return *js_; }

    // For tasks and threads that may outlive the environment.
    std::shared_ptr<JsThread> js_shared() { return js_; }

    // Constructors of wrapped classes, by name. They are kept here because a global would be shared by all
    // environments.
    void         remember(const char * name, Napi::Function constructor);
    Napi::Object make(const char * name, std::initializer_list<napi_value> arguments);

    // Both close the object when the environment ends, newest first. keep() also keeps it alive until then.
    void close_at_exit(const std::shared_ptr<Closable> & closable);
    void keep(std::shared_ptr<Closable> closable);

    // Runs `body` on a new thread, then `settle` on the JavaScript thread, where both are destroyed. Throws
    // request.cancelled once the environment has begun to end.
    void run(std::function<void()> body, JsThread::Task settle);

  private:
    struct Call {
        std::function<void()> body;
        JsThread::Task        settle;
        std::thread           thread;
    };

    explicit Environment(Napi::Env env);
    void close() noexcept;

    std::shared_ptr<JsThread>                      js_;
    std::map<std::string, Napi::FunctionReference> constructors_;
    std::vector<std::weak_ptr<Closable>>           closables_;
    std::vector<std::shared_ptr<Closable>>         kept_;
    std::list<Call>                                calls_;
    bool                                           closed_ = false;
};
