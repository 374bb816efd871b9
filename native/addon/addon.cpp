#include "model/model.h"
#include "platform/crash-note.h"
#include "platform/devices.h"
#include "platform/environment.h"
#include "platform/file-lock.h"
#include "platform/log-stream.h"
#include "platform/native-error.h"
#include "step/engine.h"

#include <napi.h>

// The exports; contract.ts documents them.
static Napi::Object init(Napi::Env env, Napi::Object exports) {
    Environment::attach(env);
    Model::define(env);
    Engine::define(env);
    exports.Set("openLibraries", Napi::Function::New<guarded<open_libraries_call>>(env, "openLibraries"));
    exports.Set("onLog", Napi::Function::New<guarded<on_log_call>>(env, "onLog"));
    exports.Set("loadModel", Napi::Function::New<guarded<Model::load>>(env, "loadModel"));
    exports.Set("lockFile", Napi::Function::New<guarded<lock_file_call>>(env, "lockFile"));
    exports.Set("onCrash", Napi::Function::New<guarded<on_crash_call>>(env, "onCrash"));
    return exports;
}

NODE_API_MODULE(moonwright, init)
