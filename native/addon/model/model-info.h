#pragma once

#include "platform/libraries.h"

#include <napi.h>

// NativeModelInfo of contract.ts.
Napi::Object model_info(Napi::Env env, const llama_model & model);
