#pragma once

#include "model/model-handle.h"

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

struct TensorPlacement {
    std::string pattern;
    std::string device;
};

struct ModelOptions {
    std::string                  path;
    int32_t                      gpu_layers = 0;
    std::vector<TensorPlacement> placements;
};

// One load. close() cancels it, from any thread; the end of the environment does the same.
class ModelLoad : public Closable {
  public:
    ModelLoad(ModelOptions options, std::function<void(float)> on_progress);

    // Blocks until the model is loaded. Throws model.missing, model.invalid, model.unsupported, model.memory,
    // request.invalid and request.cancelled.
    std::shared_ptr<ModelHandle> run();

    void close() noexcept override { cancelled_ = true; }

  private:
    static bool on_fraction(float fraction, void * self);

    ModelOptions               options_;
    std::function<void(float)> on_progress_;
    std::atomic<bool>          cancelled_{ false };
};
