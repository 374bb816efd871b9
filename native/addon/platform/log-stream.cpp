#include "platform/log-stream.h"

#include "platform/environment.h"
#include "platform/log-hub.h"

#include <atomic>

namespace {

// Passes log lines to one JavaScript function. While JavaScript is busy, lines beyond `waiting_max` are dropped.
class LogStream : public LogSink,
                  public Closable,
                  public std::enable_shared_from_this<LogStream> {
  public:
    LogStream(Environment & environment, Napi::Function sink) :
        js_(environment.js_shared()),
        sink_(std::make_shared<Napi::FunctionReference>(Napi::Persistent(sink))) {}

    void take(LogLevel level, const std::string & line) noexcept override {
        if (waiting_ >= waiting_max) {
            return;
        }
        waiting_++;
        js_->post([self = weak_from_this(), level, line](Napi::Env env) {
            if (const auto stream = self.lock()) {
                stream->deliver(env, level, line);
            }
        });
    }

    // At the end of the environment, on the JavaScript thread.
    void close() noexcept override { sink_.reset(); }

  private:
    static constexpr int waiting_max = 4096;

    void deliver(Napi::Env env, LogLevel level, const std::string & line) {
        waiting_--;
        if (sink_) {
            call_listener(env, sink_->Value(),
                          { Napi::String::New(env, log_level_name(level)), Napi::String::New(env, line) });
        }
    }

    std::shared_ptr<JsThread>                js_;
    std::shared_ptr<Napi::FunctionReference> sink_;
    std::atomic<int>                         waiting_{ 0 };
};

}  // namespace

Napi::Value on_log_call(const Napi::CallbackInfo & info) {
    Environment & environment = Environment::of(info.Env());
    const auto    stream      = std::make_shared<LogStream>(environment, info[0].As<Napi::Function>());
    environment.keep(stream);
    add_log_sink(stream);
    return info.Env().Undefined();
}
