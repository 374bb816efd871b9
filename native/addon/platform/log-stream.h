#pragma once

#include <napi.h>

// addon.onLog(sink) of contract.ts.
Napi::Value on_log_call(const Napi::CallbackInfo & info);
