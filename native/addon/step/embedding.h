#pragma once

#include "step/engine-context.h"

#include <vector>

// One vector of length 1 per text, from an embedding context. Each text must fit one micro-batch, because models that
// look both ways need all of it at once. Throws request.invalid, engine.failed.
std::vector<std::vector<float>> embed_texts(EngineContext &                               context,
                                            const std::vector<std::vector<llama_token>> & texts);
