#include "kv/sequence-cut.h"

#include <algorithm>
#include <memory>

// Of a window, llama.cpp gives the cells that are out of sight to others only while a single sequence owns them: two that
// share them would fill the cache, which has room for one window each. So a copy gets cells of its own, only those in
// sight. False when it got none.
static bool own_window(EngineContext & context, llama_seq_id sequence) {
    constexpr llama_state_seq_flags flags = LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY;
    llama_context * const           ctx   = context.get();
    const size_t                    size  = api().llama_state_seq_get_size_ext(ctx, sequence, flags);
    if (size >= api().llama_state_seq_get_size(ctx, sequence)) {
        return true;  // a memory without such a part
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
    if (context.divisible()) {
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
