#pragma once

#include "grammar/grammar-cache.h"
#include "platform/environment.h"
#include "platform/libraries.h"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

// A loaded model, shared by its JavaScript object, its engines and the calls under way. Any thread may use it. close()
// closes the engines first; the weights are freed with the last lease.
class ModelHandle : public Closable {
  public:
    ModelHandle(ModelPtr model, std::string path);
    ~ModelHandle() override;

    // The model stays loaded as long as the lease is held. An engine holds one until its context is freed. Throws
    // model.not-loaded after close().
    std::shared_ptr<llama_model> lease() const;

    const std::string & path() const { return path_; }

    const std::shared_ptr<GrammarCache> & grammars() const { return grammars_; }

    // Adds an engine to close before the model. Throws model.not-loaded after close().
    void add_engine(std::weak_ptr<Closable> engine);

    void close() noexcept override;

  private:
    mutable std::mutex                   mutex_;
    std::shared_ptr<llama_model>         model_;
    std::string                          path_;
    const std::shared_ptr<GrammarCache>  grammars_ = std::make_shared<GrammarCache>();
    std::vector<std::weak_ptr<Closable>> engines_;
};
