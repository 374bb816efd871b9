#include "kv/kv-snapshot.h"

#include "kv/checksum.h"
#include "platform/native-error.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace {

constexpr char     magic[8]       = { 'M', 'O', 'O', 'N', 'K', 'V', '\r', '\n' };
constexpr uint32_t format_version = 1;

// Must be equal in the engine that saved the snapshot and the one that restores it.
struct Identity {
    char     release[20];
    uint8_t  fingerprint[32];
    uint32_t kv_type;
    uint32_t flash_attention;
    float    yarn_factor;
    uint32_t yarn_original_context;
};

struct Header {
    char     magic_bytes[8];
    uint32_t version;
    Identity identity;
    uint64_t token_count;
    uint64_t payload_size;
    uint64_t body_checksum;    // of the tokens and the payload
    uint64_t header_checksum;  // of all bytes before it
};

constexpr size_t checked_size = offsetof(Header, header_checksum);
static_assert(sizeof(Header) == 8 + 4 + 68 + 4 * 8, "the header has no padding, so all of its bytes are checked");

Identity identity_of(const EngineContext & context) {
    const EngineOptions & options  = context.options();
    Identity              identity = {};
    std::strncpy(identity.release, MOONWRIGHT_LLAMA_RELEASE, sizeof(identity.release) - 1);
    std::memcpy(identity.fingerprint, options.fingerprint.data(), options.fingerprint.size());
    identity.kv_type               = options.kv_type;
    identity.flash_attention       = static_cast<uint32_t>(options.flash_attention);
    identity.yarn_factor           = options.yarn ? options.yarn->factor : 0.0f;
    identity.yarn_original_context = options.yarn ? options.yarn->original_context : 0;
    return identity;
}

NativeError corrupt(const char * what) {
    return { "snapshot.corrupt", std::string("The saved context is damaged: ") + what + "." };
}

NativeError no_room() {
    return { "pool.overflow", "The KV pool has no room for the saved context." };
}

// Number of cells in llama.cpp's state of a sequence, for memory of one kind. It follows the magic, the sequence and
// the number of streams.
uint32_t cell_count_of(const uint8_t * payload, size_t size) {
    constexpr size_t at    = 3 * sizeof(uint32_t);
    uint32_t         count = 0;
    if (size >= at + sizeof(count)) {
        std::memcpy(&count, payload + at, sizeof(count));
    }
    return count;
}

// A checksum does not prevent forgery, and llama.cpp allocates as many cells as the state says before it reads them.
void check_contents(const EngineContext &            context,
                    const std::vector<llama_token> & tokens,
                    const uint8_t *                  payload,
                    size_t                           size) {
    const int32_t vocab_size = api().llama_vocab_n_tokens(context.vocab());
    const auto    is_foreign = [vocab_size](llama_token token) {
        return token < 0 || token >= vocab_size;
    };
    if (std::any_of(tokens.begin(), tokens.end(), is_foreign)) {
        throw corrupt("a token is not in the vocabulary");
    }
    if (context.rewindable() && cell_count_of(payload, size) != tokens.size()) {
        throw corrupt("its number of cells is not its number of tokens");
    }
    if (tokens.size() > context.info().cells) {
        throw no_room();
    }
}

// Returns the header of a snapshot after checking that it is whole and fits this engine.
Header check(const EngineContext & context, const uint8_t * data, size_t size) {
    Header header;
    if (size < sizeof(header)) {
        throw corrupt("it is too short");
    }
    std::memcpy(&header, data, sizeof(header));
    if (std::memcmp(header.magic_bytes, magic, sizeof(magic)) != 0) {
        throw corrupt("it does not begin with the magic bytes");
    }
    if (header.version != format_version) {
        throw NativeError("snapshot.mismatch", "The saved context has another format version.");
    }
    if (header.header_checksum != checksum64(data, checked_size)) {
        throw corrupt("the checksum of its header is wrong");
    }
    const Identity identity = identity_of(context);
    if (std::memcmp(&header.identity, &identity, sizeof(identity)) != 0) {
        throw NativeError("snapshot.mismatch",
                          "The saved context is of another model, engine release or KV type; it is computed again.");
    }
    const uint64_t body = size - sizeof(header);
    if (header.token_count > body / sizeof(llama_token) ||
        header.payload_size != body - header.token_count * sizeof(llama_token)) {
        throw corrupt("its length is not the one in its header");
    }
    if (header.body_checksum != checksum64(data + sizeof(header), body)) {
        throw corrupt("its checksum is wrong");
    }
    return header;
}

}  // namespace

std::vector<uint8_t> save_snapshot(EngineContext &                  context,
                                   llama_seq_id                     sequence,
                                   const std::vector<llama_token> & tokens) {
    const size_t         token_bytes   = tokens.size() * sizeof(llama_token);
    const size_t         payload_bytes = api().llama_state_seq_get_size(context.get(), sequence);
    std::vector<uint8_t> snapshot(sizeof(Header) + token_bytes + payload_bytes);

    uint8_t * const body    = snapshot.data() + sizeof(Header);
    uint8_t * const payload = body + token_bytes;
    if (token_bytes > 0) {
        std::memcpy(body, tokens.data(), token_bytes);
    }
    if (api().llama_state_seq_get_data(context.get(), payload, payload_bytes, sequence) != payload_bytes) {
        throw NativeError("engine.failed", "llama.cpp could not read the context's memory.");
    }

    Header header = {};
    std::memcpy(header.magic_bytes, magic, sizeof(magic));
    header.version       = format_version;
    header.identity      = identity_of(context);
    header.token_count   = tokens.size();
    header.payload_size  = payload_bytes;
    header.body_checksum = checksum64(body, token_bytes + payload_bytes);
    std::memcpy(snapshot.data(), &header, sizeof(header));
    header.header_checksum = checksum64(snapshot.data(), checked_size);
    std::memcpy(snapshot.data(), &header, sizeof(header));
    return snapshot;
}

std::vector<llama_token> restore_snapshot(EngineContext & context,
                                          llama_seq_id    sequence,
                                          const uint8_t * data,
                                          size_t          size) {
    api().llama_memory_seq_rm(context.memory(), sequence, -1, -1);
    const Header header = check(context, data, size);

    std::vector<llama_token> tokens(header.token_count);
    const size_t             token_bytes = tokens.size() * sizeof(llama_token);
    const uint8_t * const    body        = data + sizeof(header);
    if (token_bytes > 0) {
        std::memcpy(tokens.data(), body, token_bytes);
    }
    check_contents(context, tokens, body + token_bytes, header.payload_size);
    const size_t read =
        api().llama_state_seq_set_data(context.get(), body + token_bytes, header.payload_size, sequence);
    if (read != header.payload_size) {
        api().llama_memory_seq_rm(context.memory(), sequence, -1, -1);
        throw no_room();
    }
    if (api().llama_memory_seq_pos_max(context.memory(), sequence) + 1 != static_cast<int64_t>(tokens.size())) {
        api().llama_memory_seq_rm(context.memory(), sequence, -1, -1);
        throw corrupt("its positions are not those of its tokens");
    }
    return tokens;
}
