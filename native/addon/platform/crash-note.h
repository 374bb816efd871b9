#pragma once

#include <napi.h>

// addon.onCrash(file): from now on a fatal signal of native code writes one sentence to stderr and to the end of `file`
// before the process dies of it. Where there are no signals (Windows) the exit status alone tells.
Napi::Value on_crash_call(const Napi::CallbackInfo & info);
