#pragma once

#include "step/engine-context.h"
#include "step/request-options.h"

#include <napi.h>

// Read NativeEngineOptions and NativeRequest of contract.ts as plain data. Throw request.invalid with the field's name.
// Checks that need the model (is a token in the vocabulary?) are made on the loop thread.
EngineOptions  read_engine_options(const Napi::Value & value);
RequestOptions read_request(const Napi::Value & value);
