#pragma once

#include "step/engine-context.h"

#include <cstdint>
#include <memory>
#include <unordered_map>

// Copies of parts of sequences in the process's own memory, so that idle cells can leave the KV pool: attention is
// computed over all cells up to the highest one in use, masked ones too. Owns the copies; only the loop thread uses it.
// llama.cpp saves whole sequences, so a part goes through the context's scratch sequence, which is empty in between.
class KvShelf {
  public:
    explicit KvShelf(EngineContext & context) : context_(context) {}

    KvShelf(const KvShelf &)             = delete;
    KvShelf & operator=(const KvShelf &) = delete;

    // Copies positions [from, to) of a sequence, which stays as it is; to = -1: to its end. Returns the copy's bytes.
    // Throws request.invalid where this memory has only whole sequences, and engine.failed.
    size_t put(uint32_t id, llama_seq_id sequence, llama_pos from, llama_pos to);

    // Adds positions [from, to) of a copy to the end of a sequence. False, and nothing is added, when there is no such
    // copy, the sequence does not end at `from`, or the pool has no room for the whole copy.
    bool restore(uint32_t id, llama_seq_id sequence, llama_pos from, llama_pos to);

    void drop(uint32_t id) { copies_.erase(id); }

  private:
    struct Copy {
        llama_pos                  from;
        llama_pos                  to;
        size_t                     size;
        std::unique_ptr<uint8_t[]> bytes;
    };

    EngineContext &                    context_;
    std::unordered_map<uint32_t, Copy> copies_;
};
