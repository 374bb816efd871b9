#pragma once

#include "model/model-handle.h"
#include "platform/native-error.h"
#include "step/step-loop.h"

#include <napi.h>

#include <map>
#include <memory>

// model.createEngine() of contract.ts.
Napi::Value create_engine(const Napi::CallbackInfo & info, std::shared_ptr<ModelHandle> model);

// NativeEngine of contract.ts: the JavaScript object of a StepLoop, which owns the EngineContext with the
// llama_context. Owns the listeners of the requests, which only the JavaScript thread touches. Stays alive while a
// request or a command is under way.
class Engine : public NativeClass<Engine> {
  public:
    static void define(Napi::Env env);

    // The content of the external value that the constructor takes.
    struct Parts {
        std::shared_ptr<StepLoop>     loop;
        std::shared_ptr<EventQueue>   events;
        std::shared_ptr<GrammarCache> grammars;
    };

    explicit Engine(const Napi::CallbackInfo & info);
    ~Engine() override;

  private:
    Napi::Value info(const Napi::CallbackInfo & info);
    Napi::Value start(const Napi::CallbackInfo & info);
    Napi::Value extend(const Napi::CallbackInfo & info);
    Napi::Value cancel(const Napi::CallbackInfo & info);
    Napi::Value copy_sequence(const Napi::CallbackInfo & info);
    Napi::Value remove_sequence(const Napi::CallbackInfo & info);
    Napi::Value save_sequence_file(const Napi::CallbackInfo & info);
    Napi::Value restore_sequence_file(const Napi::CallbackInfo & info);
    Napi::Value shelve(const Napi::CallbackInfo & info);
    Napi::Value unshelve(const Napi::CallbackInfo & info);
    Napi::Value drop_shelved(const Napi::CallbackInfo & info);
    Napi::Value embed(const Napi::CallbackInfo & info);
    Napi::Value set_threads(const Napi::CallbackInfo & info);
    Napi::Value counters(const Napi::CallbackInfo & info);
    Napi::Value close(const Napi::CallbackInfo & info);

    void deliver(Napi::Env env, std::vector<RequestEvents> & all);
    void hold(Napi::Env env);
    void release(Napi::Env env);

    template <class Work, class Convert> Napi::Promise run_on_loop(Napi::Env env, Work work, Convert convert);

    std::shared_ptr<StepLoop>                   loop_;
    std::shared_ptr<EventQueue>                 events_;
    std::shared_ptr<GrammarCache>               grammars_;
    std::map<uint32_t, Napi::FunctionReference> listeners_;
    uint32_t                                    shelved_last_ = 0;
};
