#pragma once

#include "step/engine-context.h"

#include <cstdint>
#include <string>
#include <vector>

// A snapshot of a sequence: a header, the tokens, then llama.cpp's own state; all numbers are little-endian. The header
// names the model, the release and the KV type and has a checksum of its own, so that a snapshot of another model can
// be told from a damaged one before its contents are read.

// Saves the KV of `sequence` with the tokens it was computed from. Throws engine.failed.
std::vector<uint8_t> save_snapshot(EngineContext &                  context,
                                   llama_seq_id                     sequence,
                                   const std::vector<llama_token> & tokens);

// Replaces the sequence and returns its tokens. Throws snapshot.mismatch (another model, release or KV type),
// snapshot.corrupt or pool.overflow; the sequence is then empty.
std::vector<llama_token> restore_snapshot(EngineContext & context,
                                          llama_seq_id    sequence,
                                          const uint8_t * data,
                                          size_t          size);
