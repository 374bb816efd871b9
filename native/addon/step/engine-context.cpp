#include "step/engine-context.h"

#include "platform/log-hub.h"
#include "platform/native-error.h"

#include <algorithm>
#include <cstdlib>

static bool is_set(void * flag) {
    return static_cast<std::atomic<bool> *>(flag)->load(std::memory_order_relaxed);
}

// A model with recurrent state or a sliding window can only keep, copy or drop whole sequences.
static bool is_rewindable(const llama_model * model, const EngineOptions & options) {
    return !options.embeddings && !api().llama_model_is_recurrent(model) && !api().llama_model_is_hybrid(model) &&
           api().llama_model_n_swa(model) == 0;
}

// Sequences share the cells of a common prefix, but each has a window of its own, so a small pool has room for fewer.
static uint32_t sequences_at_most(const llama_model * model, const EngineOptions & options) {
    const auto window = static_cast<uint32_t>(std::max(0, api().llama_model_n_swa(model)));
    if (window == 0 || options.embeddings) {
        return options.sequences_max;
    }
    const uint32_t beside_batch = options.cells - std::min(options.cells, options.batch_tokens);
    return std::clamp<uint32_t>(beside_batch / window, 1, options.sequences_max);
}

static llama_context_params make_params(const llama_model *   model,
                                        const EngineOptions & options,
                                        uint32_t              sequences_own) {
    llama_context_params params = api().llama_context_default_params();
    params.n_ctx                = options.cells;
    params.n_batch              = options.batch_tokens;
    params.n_ubatch             = options.batch_tokens;
    params.n_seq_max =
        std::min<uint32_t>(sequences_at_most(model, options) + sequences_own, api().llama_max_parallel_sequences());
    // llama.cpp wants room for one output per sequence.
    params.n_outputs_max   = options.embeddings ? 0 : params.n_seq_max;
    params.n_threads       = std::min(options.threads_first, options.threads);
    params.n_threads_batch = std::min(options.threads_first, options.threads_batch);
    params.flash_attn_type = options.flash_attention;
    params.type_k          = options.kv_type;
    params.type_v          = options.kv_type;
    params.embeddings      = options.embeddings;
    params.swa_full        = false;
    params.kv_unified      = true;
    params.no_perf         = true;
    if (options.yarn) {
        params.rope_scaling_type = LLAMA_ROPE_SCALING_TYPE_YARN;
        params.rope_freq_scale   = 1.0f / options.yarn->factor;
        params.yarn_orig_ctx     = options.yarn->original_context;
    }
    return params;
}

// Sum of the sizes in lines such as "llama_kv_cache:  CPU KV buffer size =  3.50 MiB", in bytes.
static uint64_t logged_bytes(const std::vector<std::string> & lines, const char * what) {
    double            mebibytes = 0.0;
    const std::string marker    = std::string(" ") + what + " buffer size =";
    for (const std::string & line : lines) {
        const size_t at = line.find(marker);
        if (at != std::string::npos) {
            mebibytes += std::strtod(line.c_str() + at + marker.size(), nullptr);
        }
    }
    return static_cast<uint64_t>(mebibytes * 1024.0 * 1024.0);
}

// A running decode can be stopped when every device that may compute looks at the abort callback. (Accelerators such as
// BLAS run between operations of the CPU, which does.) A recurrent model overwrites its state while it computes, so it
// must not be stopped half-way.
static bool is_abortable(const llama_model * model) {
    if (api().llama_model_is_recurrent(model) || api().llama_model_is_hybrid(model)) {
        return false;
    }
    for (size_t i = 0; i < api().ggml_backend_dev_count(); i++) {
        const ggml_backend_dev_t device   = api().ggml_backend_dev_get(i);
        const ggml_backend_reg_t registry = api().ggml_backend_dev_backend_reg(device);
        if (api().ggml_backend_dev_type(device) == GGML_BACKEND_DEVICE_TYPE_ACCEL) {
            continue;
        }
        if (api().ggml_backend_reg_get_proc_address(registry, "ggml_backend_set_abort_callback") == nullptr) {
            return false;
        }
    }
    return true;
}

EngineContext::EngineContext(llama_model * model, const EngineOptions & options) : model_(model), options_(options) {
    create_context();
    attach_threads();
    if (!options_.embeddings) {
        warm_up();
    }
}

void EngineContext::create_context() {
    const uint32_t       sequences_own = is_rewindable(model_, options_) ? 1 : 0;
    llama_context_params params        = make_params(model_, options_, sequences_own);
    params.abort_callback              = is_set;
    params.abort_callback_data         = &abort_flag_;

    const LogCapture log;
    context_.reset(api().llama_init_from_model(model_, params));
    if (context_ == nullptr) {
        const std::string why         = log.errors();
        const bool        lacks_space = why.find("alloc") != std::string::npos;
        throw NativeError(lacks_space ? "model.memory" : "engine.failed",
                          lacks_space ? "There is not enough memory for this context; choose a smaller one: " + why :
                                        "llama.cpp cannot make this context: " + why);
    }
    const std::vector<std::string> lines = log.lines();
    info_.cells                          = api().llama_n_ctx(context_.get());
    info_.sequences_max                  = api().llama_n_seq_max(context_.get()) - sequences_own;
    scratch_                             = sequences_own == 0 ? -1 : static_cast<llama_seq_id>(info_.sequences_max);
    info_.batch_tokens                   = api().llama_n_ubatch(context_.get());
    info_.abortable                      = is_abortable(model_);
    info_.kv_bytes                       = logged_bytes(lines, "KV") + logged_bytes(lines, "RS");
    info_.compute_bytes                  = logged_bytes(lines, "compute");
}

llama_seq_id EngineContext::scratch() const {
    if (scratch_ < 0) {
        throw NativeError("request.invalid", "The memory of this model can only hold whole sequences.");
    }
    return scratch_;
}

// The libraries are built without OpenMP: without a pool every decode would start new threads. The parameters are those
// of llama-server (common_threadpools::init): the defaults, and one pool unless the numbers of threads differ.
void EngineContext::attach_threads() {
    ggml_threadpool_params params       = api().ggml_threadpool_params_default(options_.threads);
    ggml_threadpool_params params_batch = api().ggml_threadpool_params_default(options_.threads_batch);
    if (!api().ggml_threadpool_params_match(&params, &params_batch)) {
        pool_batch_.reset(api().ggml_threadpool_new(&params_batch));
        params.paused = true;
    }
    pool_.reset(api().ggml_threadpool_new(&params));
    if (pool_ == nullptr || (params.paused && pool_batch_ == nullptr)) {
        throw NativeError("engine.failed", "The engine's threads cannot be started.");
    }
    api().llama_attach_threadpool(context_.get(), pool_.get(), pool_batch_.get());
}

// Decodes one token, as every step of a reply does; Mesa's software renderer crashes with two.
void EngineContext::warm_up() {
    llama_token      first = std::max(0, api().llama_vocab_bos(vocab()));
    const LogCapture log;
    const int32_t    status = api().llama_decode(context_.get(), api().llama_batch_get_one(&first, 1));
    api().llama_synchronize(context_.get());
    api().llama_memory_clear(memory(), false);
    if (status != 0) {
        throw NativeError("engine.failed", "The model cannot compute on this machine: " + log.errors());
    }
}
