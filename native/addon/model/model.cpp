#include "model/model.h"

#include "grammar/grammar.h"
#include "model/model-info.h"
#include "model/model-load.h"
#include "model/tokenizer.h"
#include "platform/async-call.h"
#include "platform/environment.h"
#include "platform/options-reader.h"
#include "step/engine.h"

namespace {

constexpr float progress_step = 0.01f;

ModelOptions read_options(const Napi::Object & object) {
    ModelOptions options;
    options.path              = object.Get("path").As<Napi::String>().Utf8Value();
    options.gpu_layers        = object.Get("gpuLayers").As<Napi::Number>().Int32Value();
    const Napi::Value placing = object.Get("tensorPlacement");
    if (placing.IsArray()) {
        const auto list = placing.As<Napi::Array>();
        for (uint32_t i = 0; i < list.Length(); i++) {
            const auto entry = list.Get(i).As<Napi::Object>();
            options.placements.push_back({ entry.Get("pattern").As<Napi::String>().Utf8Value(),
                                           entry.Get("device").As<Napi::String>().Utf8Value() });
        }
    }
    return options;
}

std::vector<std::string> read_texts(const Napi::Array & array) {
    std::vector<std::string> texts;
    for (uint32_t i = 0; i < array.Length(); i++) {
        texts.push_back(array.Get(i).As<Napi::String>().Utf8Value());
    }
    return texts;
}

// Calls `callback` on the JavaScript thread, and only there, after each percent.
std::function<void(float)> progress_reporter(Napi::Env env, std::shared_ptr<Napi::FunctionReference> callback) {
    return
        [js = Environment::of(env).js_shared(), callback = std::move(callback), last = -1.0f](float fraction) mutable {
            if (fraction < last + progress_step && fraction < 1.0f) {
                return;
            }
            last = fraction;
            js->post([callback, fraction](Napi::Env env) {
                call_listener(env, callback->Value(), { Napi::Number::New(env, fraction) });
            });
        };
}

}  // namespace

void Model::define(Napi::Env env) {
    Environment::of(env).remember(
        "Model", DefineClass(env, "Model",
                             { getter<&Model::info>("info"), bind<&Model::vocabulary>("vocabulary"),
                               bind<&Model::tokenize>("tokenize"), bind<&Model::tokenize_many>("tokenizeMany"),
                               bind<&Model::check_grammar>("checkGrammar"), bind<&Model::create_engine>("createEngine"),
                               bind<&Model::close>("close") }));
}

Napi::Value Model::load(const Napi::CallbackInfo & info) {
    const Napi::Env env = info.Env();
    api();
    const auto callback = std::make_shared<Napi::FunctionReference>(Napi::Persistent(info[1].As<Napi::Function>()));
    const auto load =
        std::make_shared<ModelLoad>(read_options(info[0].As<Napi::Object>()), progress_reporter(env, callback));
    Environment::of(env).close_at_exit(load);
    const Napi::Promise promise = run_on_new_thread(
        env, [load] { return load->run(); },
        // Holds `callback`, so that its last reference is dropped on the JavaScript thread.
        [load, callback](Napi::Env env, std::shared_ptr<ModelHandle> handle) -> Napi::Value {
            Environment::of(env).close_at_exit(handle);
            return Environment::of(env).make("Model",
                                             { Napi::External<std::shared_ptr<ModelHandle>>::New(env, &handle) });
        });
    Napi::Object object = Napi::Object::New(env);
    object.Set("model", promise);
    object.Set("cancel", Napi::Function::New(env, [load](const Napi::CallbackInfo &) { load->close(); }));
    return object;
}

Model::Model(const Napi::CallbackInfo & info) : NativeClass<Model>(info) {
    if (!info[0].IsExternal()) {
        throw Napi::TypeError::New(info.Env(), "A model comes from loadModel() only.");
    }
    handle_ = *info[0].As<Napi::External<std::shared_ptr<ModelHandle>>>().Data();
    info_   = Napi::Persistent(model_info(info.Env(), *handle_->lease()));
}

Napi::Value Model::info(const Napi::CallbackInfo &) {
    return info_.Value();
}

Napi::Value Model::vocabulary(const Napi::CallbackInfo & info) {
    return vocabulary_object(info.Env(), *handle_->lease());
}

Napi::Value Model::tokenize(const Napi::CallbackInfo & info) {
    const std::string text = info[0].As<Napi::String>();
    return token_array(info.Env(), ::tokenize(*handle_->lease(), text, info[1].ToBoolean()));
}

Napi::Value Model::tokenize_many(const Napi::CallbackInfo & info) {
    return run_on_new_thread(
        info.Env(),
        [model = handle_->lease(), texts = read_texts(info[0].As<Napi::Array>()),
         special = info[1].ToBoolean().Value()] {
            std::vector<std::vector<llama_token>> results;
            for (const std::string & text : texts) {
                results.push_back(::tokenize(*model, text, special));
            }
            return results;
        },
        [](Napi::Env env, const std::vector<std::vector<llama_token>> & results) -> Napi::Value {
            Napi::Array array = Napi::Array::New(env, results.size());
            for (size_t i = 0; i < results.size(); i++) {
                array.Set(i, token_array(env, results[i]));
            }
            return array;
        });
}

Napi::Value Model::check_grammar(const Napi::CallbackInfo & info) {
    const std::string text = info[2].IsUndefined() ? "" : read_text(info[2], "text");
    return run_on_new_thread(
        info.Env(),
        [model = handle_->lease(), grammars = handle_->grammars(), gbnf = read_text(info[0], "gbnf"),
         root = read_text(info[1], "root"), text] {
            std::shared_ptr<const Rules> rules = grammars->find(gbnf, root);
            if (text.empty() && rules != nullptr) {
                return true;
            }
            if (rules == nullptr) {
                rules = compile_grammar(api().llama_model_get_vocab(model.get()), gbnf, root);
            }
            Matcher matcher(rules);
            grammars->add(gbnf, root, std::move(rules));
            return text.empty() || matcher.accept(LLAMA_TOKEN_NULL, text);
        },
        [](Napi::Env env, bool allowed) -> Napi::Value { return Napi::Boolean::New(env, allowed); });
}

Napi::Value Model::create_engine(const Napi::CallbackInfo & info) {
    return ::create_engine(info, handle_);
}

Napi::Value Model::close(const Napi::CallbackInfo & info) {
    return run_on_new_thread(info.Env(), [handle = handle_] { handle->close(); });
}
