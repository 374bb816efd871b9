#pragma once

#include "step/engine-context.h"

// Removes positions from `length` on. Returns false, and removes nothing, when the sequence could not be continued
// there: a recurrent state cannot go back, and a sliding window may have lost the tokens before that position.
bool cut_sequence(EngineContext & context, llama_seq_id sequence, llama_pos length);

// Makes positions [from, to) of `source` also belong to `target`, which must be empty; to = -1: to the end. Returns
// false, and `target` stays empty, when `source` cannot be cut at `to`.
bool copy_sequence(EngineContext & context, llama_seq_id source, llama_seq_id target, llama_pos from, llama_pos to);
