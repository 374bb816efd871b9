#pragma once

#include "ggml-backend.h"
#include "llama.h"

#include <memory>
#include <string>
#include <vector>

// Every C function we use of libllama, libggml and libggml-base.
// clang-format off
#define MOONWRIGHT_LIBRARY_FUNCTIONS(X) \
    X(ggml_backend_buffer_free) X(ggml_backend_buffer_get_type) X(ggml_backend_buft_name) \
    X(ggml_backend_cpu_buffer_from_ptr) X(ggml_backend_dev_backend_reg) X(ggml_backend_dev_buffer_type) \
    X(ggml_backend_dev_by_name) \
    X(ggml_backend_dev_by_type) X(ggml_backend_dev_count) X(ggml_backend_dev_description) X(ggml_backend_dev_get) \
    X(ggml_backend_dev_memory) X(ggml_backend_dev_name) X(ggml_backend_dev_type) X(ggml_backend_load_all_from_path) \
    X(ggml_backend_reg_by_name) X(ggml_backend_reg_get_proc_address) X(ggml_backend_reg_name) \
    X(ggml_set_abort_callback) X(ggml_threadpool_params_default) X(ggml_threadpool_params_match) \
    X(llama_attach_threadpool) X(llama_backend_init) X(llama_batch_free) X(llama_batch_get_one) X(llama_batch_init) \
    X(llama_context_default_params) X(llama_decode) X(llama_free) X(llama_get_embeddings_ith) \
    X(llama_get_embeddings_seq) X(llama_get_logits_ith) X(llama_get_memory) X(llama_init_from_model) X(llama_log_set) \
    X(llama_max_parallel_sequences) X(llama_memory_clear) X(llama_memory_seq_cp) X(llama_memory_seq_pos_max) \
    X(llama_memory_seq_pos_min) X(llama_memory_seq_rm) X(llama_model_chat_template) X(llama_model_default_params) \
    X(llama_model_free) X(llama_model_get_vocab) X(llama_model_has_decoder) X(llama_model_is_hybrid) \
    X(llama_model_is_recurrent) X(llama_model_load_from_file) X(llama_model_meta_count) \
    X(llama_model_meta_key_by_index) X(llama_model_meta_val_str_by_index) X(llama_model_n_embd_out) \
    X(llama_model_n_swa) X(llama_n_ctx) X(llama_n_seq_max) X(llama_n_ubatch) X(llama_pooling_type) \
    X(llama_sampler_accept) X(llama_sampler_apply) X(llama_sampler_chain_add) X(llama_sampler_chain_default_params) \
    X(llama_sampler_chain_init) X(llama_sampler_free) X(llama_sampler_init_dist) X(llama_sampler_init_dry) \
    X(llama_sampler_init_logit_bias) X(llama_sampler_init_min_p) \
    X(llama_sampler_init_penalties) X(llama_sampler_init_temp) \
    X(llama_sampler_init_top_k) X(llama_sampler_init_top_p) X(llama_set_n_threads) X(llama_state_seq_get_data) \
    X(llama_state_seq_get_data_ext) X(llama_state_seq_get_size) X(llama_state_seq_get_size_ext) \
    X(llama_state_seq_set_data) X(llama_state_seq_set_data_ext) X(llama_synchronize) X(llama_token_to_piece) \
    X(llama_tokenize) X(llama_version) X(llama_vocab_bos) X(llama_vocab_eos) X(llama_vocab_fim_mid) \
    X(llama_vocab_fim_pre) X(llama_vocab_fim_suf) X(llama_vocab_get_add_bos) X(llama_vocab_get_attr) \
    X(llama_vocab_get_suppress_tokens) X(llama_vocab_is_eog) X(llama_vocab_n_tokens) X(llama_vocab_type)

// Functions of the CPU backend, a plug-in that libllama does not link: found through the backend's registry.
#define MOONWRIGHT_CPU_FUNCTIONS(X) X(ggml_threadpool_new) X(ggml_threadpool_free)
// clang-format on

// The functions under their names in the headers: `api().llama_decode(context, batch)`.
struct LibraryTable {
#define X(name) decltype(&::name) name = nullptr;
    MOONWRIGHT_LIBRARY_FUNCTIONS(X)
    MOONWRIGHT_CPU_FUNCTIONS(X)
#undef X
};

// The table of the opened libraries. Any thread. Throws library.missing before open_libraries().
const LibraryTable & api();

// Opens the libraries and backends in `directory` (UTF-8), once per process; they are never unloaded. A second call
// with the same directory does nothing. Throws library.missing, library.release and library.unusable.
void open_libraries(const std::string & directory);

// "0.4.0-dev" -> "0.4.0".
std::string release_part(const std::string & version);

// Owners of objects that the libraries create. The deleters call through the table, because nothing is linked.
struct LibraryDeleter {
    void operator()(llama_model * model) const { api().llama_model_free(model); }

    void operator()(llama_context * context) const { api().llama_free(context); }

    void operator()(llama_sampler * sampler) const { api().llama_sampler_free(sampler); }

    void operator()(ggml_threadpool * pool) const { api().ggml_threadpool_free(pool); }
};

using ModelPtr      = std::unique_ptr<llama_model, LibraryDeleter>;
using ContextPtr    = std::unique_ptr<llama_context, LibraryDeleter>;
using SamplerPtr    = std::unique_ptr<llama_sampler, LibraryDeleter>;
using ThreadpoolPtr = std::unique_ptr<ggml_threadpool, LibraryDeleter>;

// The arrays of a llama_batch.
class Batch {
  public:
    Batch(int32_t tokens_max, int32_t sequences_max) : batch_(api().llama_batch_init(tokens_max, 0, sequences_max)) {}

    ~Batch() { api().llama_batch_free(batch_); }

    Batch(const Batch &)             = delete;
    Batch & operator=(const Batch &) = delete;

    llama_batch & get() { return batch_; }

  private:
    llama_batch batch_;
};
