#include "model/tokenizer.h"

#include "platform/native-error.h"

#include <cstdint>
#include <limits>
#include <stdexcept>

namespace {

// Appends the bytes of a token, of special ones their text.
void append_piece(const llama_vocab * vocab, llama_token token, std::string & out) {
    char          small[64];
    const int32_t length = api().llama_token_to_piece(vocab, token, small, sizeof(small), 0, true);
    if (length >= 0) {
        out.append(small, length);
        return;
    }
    std::string   large(-length, '\0');
    const int32_t written = api().llama_token_to_piece(vocab, token, large.data(), -length, 0, true);
    out.append(large, 0, written < 0 ? 0 : written);
}

enum class CharClass { letter, digit, space, other };

CharClass class_of(unsigned char byte) {
    if ((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')) {
        return CharClass::letter;
    }
    if (byte >= '0' && byte <= '9') {
        return CharClass::digit;
    }
    return byte == ' ' || (byte >= '\t' && byte <= '\r') ? CharClass::space : CharClass::other;
}

// Length in bytes of the next piece to tokenise. llama.cpp splits the text of many BPE models with std::regex, which
// takes about 300 bytes of stack per matched character: a long run of one kind (a line of dashes, "aaaa...") would
// overflow it. Only such runs are cut, so that all other text gets the tokens it gets elsewhere.
size_t piece_length(const std::string & text, size_t from) {
    constexpr size_t run_max = 1024;
    size_t           run     = 0;
    CharClass        last    = CharClass::other;
    for (size_t at = from; at < text.size(); at++) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if ((byte & 0xC0) == 0x80) {
            continue;  // inside a character
        }
        // Characters beyond ASCII may be of any kind, so they count as part of the run.
        const CharClass now = byte < 0x80 ? class_of(byte) : last;
        run                 = now == last ? run + 1 : 1;
        last                = now;
        if (run > run_max) {
            return at - from;
        }
    }
    return text.size() - from;
}

void append_tokens(const llama_vocab *        vocab,
                   const char *               text,
                   size_t                     length,
                   bool                       special,
                   std::vector<llama_token> & tokens) {
    if (length > static_cast<size_t>(std::numeric_limits<int32_t>::max())) {
        throw NativeError("request.invalid", "The text must be shorter than 2 GiB.");
    }
    const size_t before = tokens.size();
    const auto   fill   = [&](size_t room) {
        tokens.resize(before + room);
        try {
            return api().llama_tokenize(vocab, text, length, tokens.data() + before, room, false, special);
        } catch (const std::out_of_range &) {
            // A vocabulary of the kind that has a token for every byte, in which some are missing.
            throw NativeError(
                "model.unsupported",
                "The model's vocabulary has no tokens for some characters of this text; take another file of it.");
        }
    };
    int32_t count = fill(length / 3 + 16);
    if (count == std::numeric_limits<int32_t>::min()) {
        throw NativeError("request.invalid", "The text has too many tokens.");
    }
    if (count < 0) {
        count = fill(-count);
    }
    if (count < 0) {
        throw NativeError("internal.failed", "The tokenizer gave two different lengths for one text.");
    }
    tokens.resize(before + count);
}

}  // namespace

std::vector<llama_token> tokenize(const llama_model & model, const std::string & text, bool special) {
    const llama_vocab *      vocab = api().llama_model_get_vocab(&model);
    // Other vocabularies use no regular expressions, and some put a space before every piece.
    const bool               cut   = api().llama_vocab_type(vocab) == LLAMA_VOCAB_TYPE_BPE;
    std::vector<llama_token> tokens;
    size_t                   from = 0;
    while (from < text.size()) {
        const size_t length = cut ? piece_length(text, from) : text.size();
        append_tokens(vocab, text.data() + from, length, special, tokens);
        from += length;
    }
    return tokens;
}

Napi::Int32Array token_array(Napi::Env env, const std::vector<llama_token> & tokens) {
    Napi::Int32Array array = Napi::Int32Array::New(env, tokens.size());
    std::copy(tokens.begin(), tokens.end(), array.Data());
    return array;
}

Napi::Object vocabulary_object(Napi::Env env, const llama_model & model) {
    const llama_vocab *      vocab      = api().llama_model_get_vocab(&model);
    const int32_t            size       = api().llama_vocab_n_tokens(vocab);
    Napi::Uint32Array        offsets    = Napi::Uint32Array::New(env, size + 1);
    Napi::Uint32Array        attributes = Napi::Uint32Array::New(env, size);
    std::string              pieces;
    std::vector<llama_token> ends;
    for (llama_token token = 0; token < size; token++) {
        offsets[token]    = pieces.size();
        attributes[token] = static_cast<uint32_t>(api().llama_vocab_get_attr(vocab, token));
        append_piece(vocab, token, pieces);
        if (api().llama_vocab_is_eog(vocab, token)) {
            ends.push_back(token);
        }
    }
    offsets[size]          = pieces.size();
    Napi::Uint8Array bytes = Napi::Uint8Array::New(env, pieces.size());
    std::copy(pieces.begin(), pieces.end(), bytes.Data());

    Napi::Object object = Napi::Object::New(env);
    object.Set("size", size);
    object.Set("pieces", bytes);
    object.Set("offsets", offsets);
    object.Set("attributes", attributes);
    object.Set("endOfGeneration", token_array(env, ends));
    object.Set("bos", api().llama_vocab_bos(vocab));
    object.Set("eos", api().llama_vocab_eos(vocab));
    object.Set("addBos", Napi::Boolean::New(env, api().llama_vocab_get_add_bos(vocab)));
    object.Set("fillPrefix", api().llama_vocab_fim_pre(vocab));
    object.Set("fillSuffix", api().llama_vocab_fim_suf(vocab));
    object.Set("fillMiddle", api().llama_vocab_fim_mid(vocab));
    return object;
}
