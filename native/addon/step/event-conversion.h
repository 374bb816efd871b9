#pragma once

#include "step/event-queue.h"

#include <napi.h>

#include <vector>

// The events as an array of NativeEvent (contract.ts).
Napi::Array events_array(Napi::Env env, const std::vector<Event> & events);
