#include "tokenizer.h"

#include "native-error.h"

#include <cstdint>
#include <limits>

namespace {

// The bytes of a token, special ones as their text.
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

}  // namespace

std::vector<llama_token> tokenize(const llama_model & model, const std::string & text, bool special) {
    if (text.size() > static_cast<size_t>(std::numeric_limits<int32_t>::max())) {
        throw NativeError("request.invalid", "Expected a text of less than 2 GiB.");
    }
    const llama_vocab *      vocab = api().llama_model_get_vocab(&model);
    const auto               bytes = static_cast<int32_t>(text.size());
    std::vector<llama_token> tokens(text.size() / 3 + 16);
    int32_t count = api().llama_tokenize(vocab, text.data(), bytes, tokens.data(), tokens.size(), false, special);
    if (count == std::numeric_limits<int32_t>::min()) {
        throw NativeError("request.invalid", "The text has too many tokens.");
    }
    if (count < 0) {
        tokens.resize(-count);
        count = api().llama_tokenize(vocab, text.data(), bytes, tokens.data(), tokens.size(), false, special);
    }
    if (count < 0) {
        throw NativeError("internal.failed", "The tokenizer gave two different lengths for one text.");
    }
    tokens.resize(count);
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
    object.Set("eot", api().llama_vocab_eot(vocab));
    object.Set("addBos", Napi::Boolean::New(env, api().llama_vocab_get_add_bos(vocab)));
    object.Set("fillPrefix", api().llama_vocab_fim_pre(vocab));
    object.Set("fillSuffix", api().llama_vocab_fim_suf(vocab));
    object.Set("fillMiddle", api().llama_vocab_fim_mid(vocab));
    return object;
}
