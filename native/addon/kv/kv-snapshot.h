#pragma once

#include "step/engine-context.h"

#include <cstdint>
#include <string>
#include <vector>

// A sequence's KV as bytes that say what they are: header, tokens, then llama.cpp's own state. All numbers little-endian.
// The header names the model, the release and the KV's form, with a checksum of its own, so that a foreign snapshot is
// told apart from a damaged one before its contents are looked at.

// The KV of `sequence` and the tokens it was made of. Throws engine.failed.
std::vector<uint8_t> save_snapshot(EngineContext &                  context,
                                   llama_seq_id                     sequence,
                                   const std::vector<llama_token> & tokens);

// Replaces the sequence and returns its tokens. Throws snapshot.mismatch (another model, release or form),
// snapshot.corrupt (damaged), or pool.overflow (no room); the sequence is then empty.
std::vector<llama_token> restore_snapshot(EngineContext & context,
                                          llama_seq_id    sequence,
                                          const uint8_t * data,
                                          size_t          size);
