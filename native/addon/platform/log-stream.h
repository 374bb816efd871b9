#pragma once

#include <napi.h>

// addon.onLog(sink): every later line of the libraries' log, on the JavaScript thread.
Napi::Value on_log_call(const Napi::CallbackInfo & info);
