#include "step/embedding.h"

#include "platform/native-error.h"

#include <cmath>

static void check_texts(const EngineContext & context, const std::vector<std::vector<llama_token>> & texts) {
    const int32_t vocab_size = api().llama_vocab_n_tokens(context.vocab());
    const auto    limit      = context.info().batch_tokens;
    for (const auto & text : texts) {
        if (text.empty() || text.size() > limit) {
            throw NativeError("request.invalid", "A text to embed has " + std::to_string(text.size()) +
                                                     " tokens; it must have from 1 to " + std::to_string(limit) + ".");
        }
        for (const llama_token token : text) {
            if (token < 0 || token >= vocab_size) {
                throw NativeError("request.invalid", "A token of a text is not in the vocabulary.");
            }
        }
    }
}

static void add_text(llama_batch & batch, const std::vector<llama_token> & text, llama_seq_id sequence) {
    for (size_t i = 0; i < text.size(); i++) {
        const int32_t at    = batch.n_tokens++;
        batch.token[at]     = text[i];
        batch.pos[at]       = static_cast<llama_pos>(i);
        batch.n_seq_id[at]  = 1;
        batch.seq_id[at][0] = sequence;
        batch.logits[at]    = 1;
    }
}

static std::vector<float> normalised(const float * values, int32_t size) {
    if (values == nullptr) {
        throw NativeError("engine.failed", "llama.cpp gave no embedding.");
    }
    double sum = 0.0;
    for (int32_t i = 0; i < size; i++) {
        sum += static_cast<double>(values[i]) * values[i];
    }
    const float        scale = sum > 0.0 ? static_cast<float>(1.0 / std::sqrt(sum)) : 0.0f;
    std::vector<float> result(values, values + size);
    for (float & value : result) {
        value *= scale;
    }
    return result;
}

// A model without pooling gives one vector per token. The last token has seen the whole text.
static std::vector<float> read_embedding(const EngineContext & context, llama_seq_id sequence, int32_t last_token) {
    const bool    pools  = api().llama_pooling_type(context.get()) != LLAMA_POOLING_TYPE_NONE;
    const float * values = pools ? api().llama_get_embeddings_seq(context.get(), sequence) :
                                   api().llama_get_embeddings_ith(context.get(), last_token);
    return normalised(values, api().llama_model_n_embd_out(context.model()));
}

std::vector<std::vector<float>> embed_texts(EngineContext &                               context,
                                            const std::vector<std::vector<llama_token>> & texts) {
    if (!context.options().embeddings) {
        throw NativeError("model.capability", "This engine was not made for embeddings.");
    }
    check_texts(context, texts);

    const EngineInfo &              info = context.info();
    Batch                           owner(static_cast<int32_t>(info.batch_tokens), 1);
    llama_batch &                   batch = owner.get();
    std::vector<std::vector<float>> results;
    for (size_t next = 0; next < texts.size();) {
        batch.n_tokens = 0;
        std::vector<int32_t> last_tokens;
        while (next < texts.size() && last_tokens.size() < info.sequences_max &&
               batch.n_tokens + texts[next].size() <= info.batch_tokens) {
            add_text(batch, texts[next++], static_cast<llama_seq_id>(last_tokens.size()));
            last_tokens.push_back(batch.n_tokens - 1);
        }
        if (context.memory() != nullptr) {
            api().llama_memory_clear(context.memory(), false);
        }
        if (api().llama_decode(context.get(), batch) != 0) {
            throw NativeError("engine.failed", "llama.cpp could not compute the embeddings; its log says why.");
        }
        for (size_t i = 0; i < last_tokens.size(); i++) {
            results.push_back(read_embedding(context, static_cast<llama_seq_id>(i), last_tokens[i]));
        }
    }
    return results;
}
