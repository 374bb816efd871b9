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

// Something that must be closed before the environment, or what it was made from, ends. close() blocks until it is
// done, may be called twice and from any thread.
class Closable {
  public:
    virtual ~Closable()           = default;
    virtual void close() noexcept = 0;
};

// Owns what one JavaScript environment (the main thread, or a worker thread) has: the way back to its thread, the
// threads of calls that are under way, the constructors of wrapped classes. Does not own the libraries: the process does.
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

    // Constructors of wrapped classes, by name: what a module would otherwise keep in a global.
    void         remember(const char * name, Napi::Function constructor);
    Napi::Object make(const char * name, std::initializer_list<napi_value> arguments);

    // Closed when the environment ends, newest first; keep() also owns it until then.
    void close_at_exit(const std::shared_ptr<Closable> & closable);
    void keep(std::shared_ptr<Closable> closable);

    // Runs `body` on a thread of its own, then `settle` on the JavaScript thread, where both are destroyed. Throws
    // request.cancelled once the environment ends.
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
