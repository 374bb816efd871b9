#pragma once

#include "step/engine-context.h"

// Removes what a sequence holds from `length` on. False, and nothing is removed, when the sequence could not be continued
// there: a running state cannot go back, and a sliding window has lost what precedes that position.
bool cut_sequence(EngineContext & context, llama_seq_id sequence, llama_pos length);

// Positions [from, to) of `source` also belong to `target`, which is empty; to = -1: to the end. False, and `target` stays
// empty, when `source` cannot be cut at `to`.
bool copy_sequence(EngineContext & context, llama_seq_id source, llama_seq_id target, llama_pos from, llama_pos to);
