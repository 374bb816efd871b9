#pragma once

#include "step/engine-context.h"

#include <vector>

// Returns one vector of length 1 per text, from an embedding context. Each text must fit one micro-batch, because
// models with bidirectional attention need all of it at once. Throws model.capability, request.invalid and
// engine.failed.
std::vector<std::vector<float>> embed_texts(EngineContext &                               context,
                                            const std::vector<std::vector<llama_token>> & texts);
