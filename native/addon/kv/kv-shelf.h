#pragma once

#include "step/engine-context.h"

#include <cstdint>
#include <memory>
#include <unordered_map>

// Copies of parts of sequences in ordinary memory, so that idle tokens can leave the KV pool: attention is computed
// over all cells up to the highest one in use, even masked ones. Only the loop thread uses it. llama.cpp saves whole
// sequences only, so a part is first copied to the context's scratch sequence.
class KvShelf {
  public:
    explicit KvShelf(EngineContext & context) : context_(context) {}

    KvShelf(const KvShelf &)             = delete;
    KvShelf & operator=(const KvShelf &) = delete;

    // Copies positions [from, to) of a sequence; to = -1: to its end. The sequence stays as it is. Returns the size of
    // the copy in bytes. Throws request.invalid when the sequence does not hold them or cannot be cut there, and
    // engine.failed.
    size_t put(uint32_t id, llama_seq_id sequence, llama_pos from, llama_pos to);

    // Appends positions [from, to) of a copy to a sequence; to = -1: to the end of the copy. Returns false, and adds
    // nothing, when there is no such copy, the sequence does not end at `from`, or the pool has no room for the whole
    // copy.
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
