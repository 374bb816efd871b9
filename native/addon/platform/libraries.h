#pragma once

#include "ggml-backend.h"
#include "llama.h"

#include <memory>
#include <string>
#include <vector>

// Every C function used of libllama, libggml and libggml-base. A new one is one line here.
// clang-format off
#define MOONWRIGHT_LIBRARY_FUNCTIONS(X) \
    X(ggml_backend_buft_name) X(ggml_backend_dev_backend_reg) X(ggml_backend_dev_buffer_type) \
    X(ggml_backend_dev_by_name) X(ggml_backend_dev_by_type) X(ggml_backend_dev_count) \
    X(ggml_backend_dev_description) X(ggml_backend_dev_get) X(ggml_backend_dev_get_props) \
    X(ggml_backend_dev_memory) X(ggml_backend_dev_name) X(ggml_backend_dev_type) \
    X(ggml_backend_load_all_from_path) X(ggml_backend_reg_by_name) X(ggml_backend_reg_count) \
    X(ggml_backend_reg_get) X(ggml_backend_reg_get_proc_address) X(ggml_backend_reg_name) \
    X(ggml_blck_size) X(ggml_log_set) X(ggml_row_size) X(ggml_set_abort_callback) \
    X(ggml_threadpool_params_default) X(ggml_threadpool_params_init) X(ggml_threadpool_params_match) \
    X(ggml_time_us) X(ggml_type_name) X(ggml_type_size) \
    X(llama_attach_threadpool) X(llama_backend_init) X(llama_batch_free) X(llama_batch_get_one) \
    X(llama_batch_init) X(llama_context_default_params) X(llama_decode) X(llama_detach_threadpool) \
    X(llama_detokenize) X(llama_encode) X(llama_free) X(llama_get_embeddings) \
    X(llama_get_embeddings_ith) X(llama_get_embeddings_seq) X(llama_get_logits) \
    X(llama_get_logits_ith) X(llama_get_memory) X(llama_get_model) X(llama_init_from_model) \
    X(llama_log_set) X(llama_max_devices) X(llama_max_parallel_sequences) \
    X(llama_max_tensor_buft_overrides) X(llama_memory_can_shift) X(llama_memory_clear) \
    X(llama_memory_seq_add) X(llama_memory_seq_cp) X(llama_memory_seq_div) X(llama_memory_seq_keep) \
    X(llama_memory_seq_pos_max) X(llama_memory_seq_pos_min) X(llama_memory_seq_rm) \
    X(llama_model_chat_template) X(llama_model_decoder_start_token) X(llama_model_default_params) \
    X(llama_model_desc) X(llama_model_free) X(llama_model_ftype) X(llama_model_get_vocab) \
    X(llama_model_has_decoder) X(llama_model_has_encoder) X(llama_model_is_diffusion) \
    X(llama_model_is_hybrid) X(llama_model_is_recurrent) X(llama_model_load_from_file) \
    X(llama_model_load_from_splits) X(llama_model_meta_count) X(llama_model_meta_key_by_index) \
    X(llama_model_meta_val_str) X(llama_model_meta_val_str_by_index) X(llama_model_n_ctx_train) \
    X(llama_model_n_embd) X(llama_model_n_embd_inp) X(llama_model_n_embd_out) X(llama_model_n_head) \
    X(llama_model_n_head_kv) X(llama_model_n_layer) X(llama_model_n_params) X(llama_model_n_swa) \
    X(llama_model_rope_freq_scale_train) X(llama_model_rope_type) X(llama_model_size) \
    X(llama_n_batch) X(llama_n_ctx) X(llama_n_ctx_seq) X(llama_n_rs_seq) X(llama_n_seq_max) \
    X(llama_n_threads) X(llama_n_threads_batch) X(llama_n_ubatch) X(llama_perf_context) \
    X(llama_perf_context_reset) X(llama_pooling_type) X(llama_print_system_info) \
    X(llama_sampler_accept) X(llama_sampler_apply) X(llama_sampler_chain_add) \
    X(llama_sampler_chain_default_params) X(llama_sampler_chain_get) X(llama_sampler_chain_init) \
    X(llama_sampler_chain_n) X(llama_sampler_chain_remove) X(llama_sampler_clone) \
    X(llama_sampler_free) X(llama_sampler_get_seed) X(llama_sampler_init) X(llama_sampler_init_dist) \
    X(llama_sampler_init_dry) X(llama_sampler_init_grammar) \
    X(llama_sampler_init_grammar_lazy_patterns) X(llama_sampler_init_greedy) \
    X(llama_sampler_init_infill) X(llama_sampler_init_logit_bias) X(llama_sampler_init_min_p) \
    X(llama_sampler_init_penalties) X(llama_sampler_init_temp) X(llama_sampler_init_temp_ext) \
    X(llama_sampler_init_top_k) X(llama_sampler_init_top_n_sigma) X(llama_sampler_init_top_p) \
    X(llama_sampler_init_typical) X(llama_sampler_init_xtc) X(llama_sampler_name) \
    X(llama_sampler_reset) X(llama_sampler_sample) X(llama_set_abort_callback) \
    X(llama_set_causal_attn) X(llama_set_embeddings) X(llama_set_n_threads) \
    X(llama_state_get_data) X(llama_state_get_size) X(llama_state_seq_get_data) \
    X(llama_state_seq_get_data_ext) X(llama_state_seq_get_size) X(llama_state_seq_get_size_ext) \
    X(llama_state_seq_load_file) X(llama_state_seq_save_file) X(llama_state_seq_set_data) \
    X(llama_state_seq_set_data_ext) X(llama_state_set_data) X(llama_supports_gpu_offload) \
    X(llama_supports_mlock) X(llama_supports_mmap) X(llama_synchronize) X(llama_time_us) \
    X(llama_token_to_piece) X(llama_tokenize) X(llama_version) X(llama_vocab_bos) X(llama_vocab_eos) \
    X(llama_vocab_eot) X(llama_vocab_fim_mid) X(llama_vocab_fim_pad) X(llama_vocab_fim_pre) \
    X(llama_vocab_fim_rep) X(llama_vocab_fim_sep) X(llama_vocab_fim_suf) X(llama_vocab_get_add_bos) \
    X(llama_vocab_get_add_eos) X(llama_vocab_get_attr) X(llama_vocab_get_score) \
    X(llama_vocab_get_suppress_tokens) X(llama_vocab_get_text) X(llama_vocab_is_control) X(llama_vocab_is_eog) X(llama_vocab_n_tokens) \
    X(llama_vocab_nl) X(llama_vocab_pad) X(llama_vocab_sep) X(llama_vocab_type)

// Functions of the CPU plug-in, which libllama does not link: asked of the CPU backend's registry.
#define MOONWRIGHT_CPU_FUNCTIONS(X) X(ggml_threadpool_new) X(ggml_threadpool_free)
// clang-format on

// The functions, under the names they have in the headers: `api().llama_decode(context, batch)`.
struct LibraryTable {
#define X(name) decltype(&::name) name = nullptr;
    MOONWRIGHT_LIBRARY_FUNCTIONS(X)
    MOONWRIGHT_CPU_FUNCTIONS(X)
#undef X
};

// The table of the opened libraries; throws library.missing before open_libraries(). Any thread.
const LibraryTable & api();

// Opens the libraries in `directory` (UTF-8) and the backends found there, once per process; they are never unloaded.
// A second call with the same directory does nothing. Throws library.missing, library.release, library.unusable.
void open_libraries(const std::string & directory);

// What the opened libraries say of this processor. Asked once: llama.cpp writes every answer into the same string.
const std::string & system_info();

// "0.4.0-dev" -> "0.4.0".
std::string release_part(const std::string & version);

// Owners of what the libraries hand out. Their deleters call through the table, so nothing is linked.
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
