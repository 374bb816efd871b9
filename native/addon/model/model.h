#pragma once

#include "model/model-handle.h"
#include "platform/native-error.h"

#include <napi.h>

#include <memory>

// NativeModel of contract.ts: the JavaScript object of a ModelHandle.
class Model : public NativeClass<Model> {
  public:
    static void        define(Napi::Env env);
    // addon.loadModel() of contract.ts: starts a load.
    static Napi::Value load(const Napi::CallbackInfo & info);

    explicit Model(const Napi::CallbackInfo & info);

  private:
    Napi::Value info(const Napi::CallbackInfo & info);
    Napi::Value vocabulary(const Napi::CallbackInfo & info);
    Napi::Value tokenize(const Napi::CallbackInfo & info);
    Napi::Value tokenize_many(const Napi::CallbackInfo & info);
    Napi::Value check_grammar(const Napi::CallbackInfo & info);
    Napi::Value create_engine(const Napi::CallbackInfo & info);
    Napi::Value close(const Napi::CallbackInfo & info);

    std::shared_ptr<ModelHandle> handle_;
    Napi::ObjectReference        info_;
};
