#pragma once

#include <napi.h>

// addon.onCrash(file) of contract.ts. Only the first call in a process counts.
Napi::Value on_crash_call(const Napi::CallbackInfo & info);
