#include "kv/sequence-cut.h"

#include <algorithm>
#include <memory>

// llama.cpp reuses cells that have left the window only while a single sequence owns them. Two sequences that share
// them would fill the cache, which has room for one window per sequence, so a copy gets its own cells, those inside the
// window only. Returns false when there was no room for them.
static bool own_window(EngineContext & context, llama_seq_id sequence) {
    constexpr llama_state_seq_flags flags = LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY;
    llama_context * const           ctx   = context.get();
    const size_t                    size  = api().llama_state_seq_get_size_ext(ctx, sequence, flags);
    if (size >= api().llama_state_seq_get_size(ctx, sequence)) {
        return true;  // this memory has no window
    }
    std::unique_ptr<uint8_t[]> bytes(new uint8_t[size]);
    return api().llama_state_seq_get_data_ext(ctx, bytes.get(), size, sequence, flags) == size &&
           api().llama_state_seq_set_data_ext(ctx, bytes.get(), size, sequence, flags) == size;
}

bool cut_sequence(EngineContext & context, llama_seq_id sequence, llama_pos length) {
    const llama_memory_t memory = context.memory();
    const int32_t        window = api().llama_model_n_swa(context.model());
    if (window > 0 && length <= api().llama_memory_seq_pos_max(memory, sequence) &&
        api().llama_memory_seq_pos_min(memory, sequence) > std::max(0, length - window + 1)) {
        return false;
    }
    return api().llama_memory_seq_rm(memory, sequence, length, -1);
}

bool copy_sequence(EngineContext & context, llama_seq_id source, llama_seq_id target, llama_pos from, llama_pos to) {
    const llama_memory_t memory = context.memory();
    if (context.rewindable()) {
        api().llama_memory_seq_cp(memory, source, target, from, to);
        return true;
    }
    api().llama_memory_seq_cp(memory, source, target, from, -1);
    const bool copied = (to < 0 || cut_sequence(context, target, to)) &&
                        (api().llama_model_n_swa(context.model()) == 0 || own_window(context, target));
    if (!copied) {
        api().llama_memory_seq_rm(memory, target, -1, -1);
    }
    return copied;
}
