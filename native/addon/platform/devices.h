#pragma once

#include <napi.h>

#include <string>

// OpenedLibraries of contract.ts.
Napi::Value opened_libraries(Napi::Env env);

// addon.openLibraries(directory, variant).
Napi::Value open_libraries_call(const Napi::CallbackInfo & info);
