#include "step/request-reader.h"

#include "platform/native-error.h"
#include "platform/options-reader.h"

#include <algorithm>
#include <limits>

static constexpr int64_t int32_max = std::numeric_limits<int32_t>::max();

// Tokens that -1 ("all") stands for: llama.cpp allocates this many.
static constexpr int64_t look_back_max = 1 << 20;

static llama_flash_attn_type read_flash_attention(const std::string & text) {
    if (text == "auto") {
        return LLAMA_FLASH_ATTN_TYPE_AUTO;
    }
    if (text == "on" || text == "off") {
        return text == "on" ? LLAMA_FLASH_ATTN_TYPE_ENABLED : LLAMA_FLASH_ATTN_TYPE_DISABLED;
    }
    throw NativeError("request.invalid", "flashAttention must be auto, on or off.");
}

static ggml_type read_kv_type(const std::string & text) {
    if (text == "f16" || text == "q8_0") {
        return text == "f16" ? GGML_TYPE_F16 : GGML_TYPE_Q8_0;
    }
    throw NativeError("request.invalid", "kvType must be f16 or q8_0.");
}

EngineOptions read_engine_options(const Napi::Value & value) {
    const OptionsReader reader(value, "options");
    EngineOptions       options;
    options.cells         = static_cast<uint32_t>(reader.integer("cells", 1, int32_max));
    options.sequences_max = static_cast<uint32_t>(reader.integer("sequencesMax", 1, 256));
    options.batch_tokens  = static_cast<uint32_t>(reader.integer("batchTokens", 1, 1 << 16));
    options.threads       = static_cast<int32_t>(reader.integer("threads", 1, GGML_MAX_N_THREADS));
    options.threads_batch = static_cast<int32_t>(reader.integer("threadsBatch", 1, GGML_MAX_N_THREADS));
    options.threads_first = GGML_MAX_N_THREADS;
    if (reader.has("threadsFirst")) {
        options.threads_first = static_cast<int32_t>(reader.integer("threadsFirst", 1, GGML_MAX_N_THREADS));
    }
    options.kv_type         = read_kv_type(reader.text("kvType"));
    options.flash_attention = read_flash_attention(reader.text("flashAttention"));
    options.embeddings      = reader.flag("embeddings", false);
    if (reader.has("yarn")) {
        const OptionsReader yarn = reader.object("yarn");
        options.yarn =
            YarnOptions{ yarn.finite("factor"), static_cast<uint32_t>(yarn.integer("originalContext", 1, int32_max)) };
        if (options.yarn->factor < 1.0f) {
            throw NativeError("request.invalid", "factor must be at least 1.");
        }
    }
    const std::vector<uint8_t> fingerprint = reader.bytes("fingerprint");
    if (fingerprint.size() != options.fingerprint.size()) {
        throw NativeError("request.invalid", "fingerprint must be 32 bytes.");
    }
    std::copy(fingerprint.begin(), fingerprint.end(), options.fingerprint.begin());
    return options;
}

// A number of tokens; -1: all.
static int32_t read_look_back(const OptionsReader & reader, const char * name) {
    const int64_t tokens = reader.integer(name, -1, int32_max);
    return static_cast<int32_t>(tokens < 0 ? look_back_max : std::min(tokens, look_back_max));
}

// -Infinity forbids a token. +Infinity is refused: the sum with -Infinity is NaN, which cannot be sorted.
static float read_bias(const OptionsReader & reader) {
    const auto bias = static_cast<float>(reader.number("bias"));
    if (!(bias < std::numeric_limits<float>::infinity())) {
        throw NativeError("request.invalid", "bias must be a finite number or -Infinity.");
    }
    return bias;
}

static SamplingOptions read_sampling(const OptionsReader & reader) {
    SamplingOptions sampling;
    sampling.temperature           = reader.finite("temperature");
    sampling.top_k                 = static_cast<int32_t>(reader.integer("topK", -1, int32_max));
    sampling.top_p                 = reader.finite("topP");
    sampling.min_p                 = reader.finite("minP");
    sampling.repeat_penalty        = reader.finite("repeatPenalty");
    sampling.repeat_last_n         = read_look_back(reader, "repeatLastN");
    sampling.frequency_penalty     = reader.finite("frequencyPenalty");
    sampling.presence_penalty      = reader.finite("presencePenalty");
    sampling.dry_multiplier        = reader.finite("dryMultiplier");
    sampling.dry_base              = reader.finite("dryBase");
    sampling.dry_allowed_length    = static_cast<int32_t>(reader.integer("dryAllowedLength", 0, int32_max));
    sampling.dry_last_n            = read_look_back(reader, "dryLastN");
    sampling.dry_sequence_breakers = reader.texts("drySequenceBreakers");
    sampling.seed                  = static_cast<uint32_t>(reader.integer("seed", 0, UINT32_MAX));
    for (const OptionsReader & bias : reader.objects("logitBias")) {
        sampling.logit_bias.push_back(
            { static_cast<llama_token>(bias.integer("token", 0, int32_max)), read_bias(bias) });
    }
    if (!(sampling.repeat_penalty > 0.0f)) {
        throw NativeError("request.invalid", "repeatPenalty must be greater than 0.");
    }
    return sampling;
}

static GrammarOptions read_grammar(const OptionsReader & reader) {
    GrammarOptions grammar;
    grammar.gbnf             = reader.text("gbnf");
    grammar.root             = reader.text("root");
    grammar.trigger_tokens   = reader.tokens("triggerTokens");
    grammar.trigger_patterns = reader.texts("triggerPatterns");
    return grammar;
}

static ReasoningOptions read_reasoning(const OptionsReader & reader) {
    ReasoningOptions reasoning;
    reasoning.opened   = reader.flag("opened", false);
    reasoning.at_start = reader.flag("atStart", false);
    reasoning.open     = reader.text("open");
    reasoning.close    = reader.texts("close");
    if (reader.has("budget")) {
        reasoning.budget = reader.integer("budget", 0, int32_max);
        for (const OptionsReader & ending : reader.objects("endings")) {
            reasoning.endings.push_back(ending.tokens("tokens"));
        }
    }
    const auto & close = reasoning.close;
    if (reasoning.open.empty() || std::find(close.begin(), close.end(), std::string()) != close.end()) {
        throw NativeError("request.invalid", "open and close must be marks of thoughts.");
    }
    return reasoning;
}

RequestOptions read_request(const Napi::Value & value) {
    const OptionsReader reader(value, "request");
    RequestOptions      options;
    options.sequence                 = static_cast<llama_seq_id>(reader.integer("sequence", 0, int32_max));
    options.position                 = static_cast<llama_pos>(reader.integer("position", 0, int32_max));
    options.tokens                   = reader.tokens("tokens");
    options.priority                 = static_cast<int32_t>(reader.integer("priority", -int32_max, int32_max));
    options.generate_max             = reader.integer("generateMax", 0, int32_max);
    options.granted                  = reader.integer("granted", 0, int32_max);
    options.sampling                 = read_sampling(reader.object("sampling"));
    options.stop_strings             = reader.texts("stopStrings");
    options.stop_tokens              = reader.tokens("stopTokens");
    options.logprobs                 = static_cast<int32_t>(reader.integer("logprobs", -1, int32_max));
    options.ignore_end_of_generation = reader.flag("ignoreEndOfGeneration", false);
    if (reader.has("eager")) {
        options.eager = reader.integer("eager", 1, int32_max);
    }
    if (reader.has("history")) {
        options.history = reader.tokens("history");
    }
    if (reader.has("grammar")) {
        options.grammar = read_grammar(reader.object("grammar"));
    }
    if (reader.has("reasoning")) {
        options.reasoning = read_reasoning(reader.object("reasoning"));
    }
    auto & stops = options.stop_strings;
    stops.erase(std::remove(stops.begin(), stops.end(), std::string()), stops.end());
    return options;
}
