#include "model/model-handle.h"

#include "platform/native-error.h"

#include <algorithm>

ModelHandle::ModelHandle(ModelPtr model, std::string path) : model_(std::move(model)), path_(std::move(path)) {}

ModelHandle::~ModelHandle() {
    close();
}

std::shared_ptr<llama_model> ModelHandle::lease() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!model_) {
        throw NativeError("model.not-loaded", "The model was closed.");
    }
    return model_;
}

void ModelHandle::add_engine(std::weak_ptr<Closable> engine) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!model_) {
        throw NativeError("model.not-loaded", "The model was closed while an engine was being made.");
    }
    engines_.erase(std::remove_if(engines_.begin(), engines_.end(), [](const auto & old) { return old.expired(); }),
                   engines_.end());
    engines_.push_back(std::move(engine));
}

void ModelHandle::close() noexcept {
    std::shared_ptr<llama_model>         model;
    std::vector<std::weak_ptr<Closable>> engines;
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        model.swap(model_);
        engines.swap(engines_);
    }
    for (const auto & weak : engines) {
        if (const auto engine = weak.lock()) {
            engine->close();
        }
    }
}
