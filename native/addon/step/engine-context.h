#pragma once

#include "platform/libraries.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

struct YarnOptions {
    float    factor           = 1.0f;
    uint32_t original_context = 0;
};

// NativeEngineOptions of contract.ts as plain data.
struct EngineOptions {
    uint32_t                   cells           = 0;
    uint32_t                   sequences_max   = 1;
    uint32_t                   batch_tokens    = 512;
    int32_t                    threads         = 1;
    int32_t                    threads_batch   = 1;
    int32_t                    threads_first   = 1;  // limit of both until set_threads()
    ggml_type                  kv_type         = GGML_TYPE_F16;
    llama_flash_attn_type      flash_attention = LLAMA_FLASH_ATTN_TYPE_AUTO;
    bool                       embeddings      = false;
    std::optional<YarnOptions> yarn;
    std::array<uint8_t, 32>    fingerprint = {};
};

struct EngineInfo {
    uint32_t cells         = 0;
    uint32_t sequences_max = 0;
    uint32_t batch_tokens  = 0;
    bool     abortable     = false;  // llama_decode looks at abort_flag()
    uint64_t kv_bytes      = 0;
    uint64_t compute_bytes = 0;
};

// Owns one llama_context and its threads. Only one thread at a time may use it, but any thread may use abort_flag().
class EngineContext {
  public:
    // Computes once, so that no request waits for threads, shaders, and pages of weights and buffers. Throws
    // model.memory or engine.failed with the reason from llama.cpp's log.
    EngineContext(llama_model * model, const EngineOptions & options);
    EngineContext(const EngineContext &)             = delete;
    EngineContext & operator=(const EngineContext &) = delete;

    llama_context * get() const { return context_.get(); }

    llama_memory_t memory() const { return api().llama_get_memory(context_.get()); }

    const llama_vocab * vocab() const { return api().llama_model_get_vocab(model_); }

    const llama_model * model() const { return model_; }

    const EngineOptions & options() const { return options_; }

    const EngineInfo & info() const { return info_; }

    // False for recurrent state and sliding windows: they cannot be cut at any position.
    bool rewindable() const { return scratch_ >= 0; }

    // A sequence that no request can use, empty between two commands. Throws request.invalid unless rewindable().
    llama_seq_id scratch() const;

    // While it is set, llama_decode returns soon, with 2. Only when info().abortable.
    std::atomic<bool> & abort_flag() { return abort_flag_; }

  private:
    void create_context();
    void attach_threads();
    void warm_up();

    llama_model * const model_;
    const EngineOptions options_;
    EngineInfo          info_;
    llama_seq_id        scratch_ = -1;
    std::atomic<bool>   abort_flag_{ false };
    ThreadpoolPtr       pool_;
    ThreadpoolPtr       pool_batch_;  // null unless its number of threads differs
    ContextPtr          context_;     // freed before the pools
};
