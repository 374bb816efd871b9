#include "model/amx-weights.h"

#include <cstring>

namespace {

// attn_k_b and attn_v_b of the DeepSeek and Kimi families: one matrix per head.
constexpr const char * latent_weights = "attn_[kv]_b\\.weight";

bool has_amx() {
    ggml_backend_dev_t cpu = api().ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU);
    if (cpu == nullptr) {
        return false;
    }
    const auto extra_types =
        reinterpret_cast<ggml_backend_dev_get_extra_bufts_t>(api().ggml_backend_reg_get_proc_address(
            api().ggml_backend_dev_backend_reg(cpu), "ggml_backend_dev_get_extra_bufts"));
    ggml_backend_buffer_type_t * types = extra_types == nullptr ? nullptr : extra_types(cpu);
    for (; types != nullptr && *types != nullptr; types++) {
        if (std::strcmp(api().ggml_backend_buft_name(*types), "AMX") == 0) {
            return true;
        }
    }
    return false;
}

// Memory that keeps a tensor as it is. Naming the CPU's own type would not do: llama.cpp reads that as leave to choose
// among all layouts of the CPU.
ggml_backend_buffer_type_t unchanged_layout() {
    alignas(64) static char    bytes[64];
    ggml_backend_buffer_t      buffer = api().ggml_backend_cpu_buffer_from_ptr(bytes, sizeof bytes);
    ggml_backend_buffer_type_t type   = api().ggml_backend_buffer_get_type(buffer);
    api().ggml_backend_buffer_free(buffer);
    return type;
}

}  // namespace

void keep_from_amx(llama_model_params & params, std::vector<llama_model_tensor_buft_override> & overrides) {
    if (!has_amx()) {
        return;
    }
    if (params.n_gpu_layers != 0) {
        // The pattern would take the weights of the GPU's layers away from it as well.
        params.use_extra_bufts = false;
        return;
    }
    overrides.insert(overrides.end() - 1, { latent_weights, unchanged_layout() });
}
