#include "kv/kv-shelf.h"

#include "platform/native-error.h"

#include <utility>

namespace {

// Empties a sequence when the scope ends, also after an exception.
class EmptyAtEnd {
  public:
    EmptyAtEnd(llama_memory_t memory, llama_seq_id sequence) : memory_(memory), sequence_(sequence) {}

    EmptyAtEnd(const EmptyAtEnd &)             = delete;
    EmptyAtEnd & operator=(const EmptyAtEnd &) = delete;

    ~EmptyAtEnd() { api().llama_memory_seq_rm(memory_, sequence_, -1, -1); }

  private:
    llama_memory_t memory_;
    llama_seq_id   sequence_;
};

llama_pos end_of(llama_memory_t memory, llama_seq_id sequence) {
    return api().llama_memory_seq_pos_max(memory, sequence) + 1;
}

}  // namespace

size_t KvShelf::put(uint32_t id, llama_seq_id sequence, llama_pos from, llama_pos to) {
    const llama_memory_t memory = context_.memory();
    const llama_pos      end    = end_of(memory, sequence);
    const bool           whole  = from == 0 && (to < 0 || to == end);
    const llama_pos      last   = to < 0 ? end : to;
    if (from >= last || last > end) {
        throw NativeError("request.invalid", "The sequence does not hold the positions to copy.");
    }
    const auto save = [&](llama_seq_id saved) {
        // Not a vector, which would fill the memory with zeros first.
        const size_t               size = api().llama_state_seq_get_size(context_.get(), saved);
        std::unique_ptr<uint8_t[]> bytes(new uint8_t[size]);
        if (size == 0 || api().llama_state_seq_get_data(context_.get(), bytes.get(), size, saved) != size) {
            throw NativeError("engine.failed", "llama.cpp could not read the context's memory.");
        }
        copies_[id] = { from, last, size, std::move(bytes) };
        return size;
    };
    if (whole) {
        return save(sequence);
    }
    const llama_seq_id scratch = context_.scratch();
    const EmptyAtEnd   empty_at_end(memory, scratch);
    api().llama_memory_seq_cp(memory, sequence, scratch, from, last);
    return save(scratch);
}

bool KvShelf::restore(uint32_t id, llama_seq_id sequence, llama_pos from, llama_pos to) {
    const llama_memory_t memory = context_.memory();
    const auto           found  = copies_.find(id);
    if (found == copies_.end() || end_of(memory, sequence) != from) {
        return false;
    }
    const Copy &    copy = found->second;
    const llama_pos last = to < 0 ? copy.to : to;
    if (from < copy.from || last > copy.to || from >= last) {
        return false;
    }
    const auto load = [&](llama_seq_id target) {
        return api().llama_state_seq_set_data(context_.get(), copy.bytes.get(), copy.size, target) == copy.size;
    };
    if (from == 0 && last == copy.to) {
        const bool loaded = load(sequence);
        if (!loaded) {
            api().llama_memory_seq_rm(memory, sequence, -1, -1);
        }
        return loaded;
    }
    const llama_seq_id scratch = context_.scratch();
    const EmptyAtEnd   empty_at_end(memory, scratch);
    if (!load(scratch)) {
        return false;
    }
    api().llama_memory_seq_cp(memory, scratch, sequence, from, last);
    return true;
}
