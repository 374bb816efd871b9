#include "model/model-load.h"

#include "model/amx-weights.h"
#include "platform/log-hub.h"
#include "platform/native-error.h"

#include <filesystem>

namespace {

ggml_backend_buffer_type_t buffer_type(const std::string & device) {
    ggml_backend_dev_t found = device == "CPU" ? api().ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU) :
                                                 api().ggml_backend_dev_by_name(device.c_str());
    if (found == nullptr) {
        throw NativeError("request.invalid",
                          "Expected a device's name in tensorPlacement but received " + device + ".");
    }
    return api().ggml_backend_dev_buffer_type(found);
}

// The list ends with an empty element. Its pointers point into `placements`.
std::vector<llama_model_tensor_buft_override> overrides(const std::vector<TensorPlacement> & placements) {
    std::vector<llama_model_tensor_buft_override> list;
    for (const TensorPlacement & placement : placements) {
        list.push_back({ placement.pattern.c_str(), buffer_type(placement.device) });
    }
    list.push_back({ nullptr, nullptr });
    return list;
}

bool contains(const std::string & text, std::initializer_list<const char *> needles) {
    for (const char * needle : needles) {
        if (text.find(needle) != std::string::npos) {
            return true;
        }
    }
    return false;
}

// Makes the error from llama.cpp's log: the load itself only returns a null pointer.
NativeError failure(const std::string & path, const std::string & log) {
    const std::string reason = log.empty() ? "it gives no reason" : log;
    if (contains(log,
                 { "failed to allocate", "unable to allocate", "out of memory", "OutOfDeviceMemory", "bad_alloc" })) {
        return { "model.memory", "There is not enough memory to load " + path + ": " + reason };
    }
    if (contains(log, { "unknown model architecture", "unknown pre-tokenizer type", "unknown tokenizer" })) {
        return { "model.unsupported", "This engine cannot run " + path + ": " + reason };
    }
    return { "model.invalid", "llama.cpp cannot load " + path + ": " + reason };
}

}  // namespace

ModelLoad::ModelLoad(ModelOptions options, std::function<void(float)> on_progress) :
    options_(std::move(options)),
    on_progress_(std::move(on_progress)) {}

bool ModelLoad::on_fraction(float fraction, void * self) {
    auto & load = *static_cast<ModelLoad *>(self);
    if (!load.cancelled_) {
        load.on_progress_(fraction);
    }
    return !load.cancelled_;
}

std::shared_ptr<ModelHandle> ModelLoad::run() {
    std::error_code error;
    if (!std::filesystem::is_regular_file(std::filesystem::u8path(options_.path), error)) {
        throw NativeError("model.missing", "There is no model file " + options_.path + ".");
    }
    auto               placed = overrides(options_.placements);
    llama_model_params params = api().llama_model_default_params();
    params.n_gpu_layers       = options_.gpu_layers;
    keep_from_amx(params, placed);
    params.tensor_buft_overrides       = placed.data();
    // Maps the file into memory, except where a device (an integrated GPU) is better off with a copy.
    params.load_mode                   = LLAMA_LOAD_MODE_AUTO;
    params.progress_callback           = on_fraction;
    params.progress_callback_user_data = this;
    const LogCapture log;
    ModelPtr         model(cancelled_ ? nullptr : api().llama_model_load_from_file(options_.path.c_str(), params));
    if (cancelled_) {
        throw NativeError("request.cancelled", "The load was cancelled.");
    }
    if (!model) {
        throw failure(options_.path, log.errors());
    }
    return std::make_shared<ModelHandle>(std::move(model), options_.path);
}
