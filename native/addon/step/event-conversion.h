#pragma once

#include "step/event-queue.h"

#include <napi.h>

#include <vector>

// The NativeEvent array of contract.ts.
Napi::Array events_array(Napi::Env env, const std::vector<Event> & events);
