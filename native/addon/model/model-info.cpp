#include "model/model-info.h"

#include <string>

namespace {

// Reads a string with a function like snprintf, which returns the full length, or -1.
template <class Read> std::string read_string(Read read) {
    std::string   text(256, '\0');
    const int32_t length = read(text.data(), text.size());
    if (length < 0) {
        return "";
    }
    if (static_cast<size_t>(length) >= text.size()) {
        text.resize(length + 1);
        read(text.data(), text.size());
    }
    text.resize(length);
    return text;
}

Napi::Object metadata_object(Napi::Env env, const llama_model * model) {
    Napi::Object  object = Napi::Object::New(env);
    const int32_t count  = api().llama_model_meta_count(model);
    for (int32_t i = 0; i < count; i++) {
        const std::string key = read_string(
            [&](char * to, size_t size) { return api().llama_model_meta_key_by_index(model, i, to, size); });
        object.Set(key, read_string([&](char * to, size_t size) {
                       return api().llama_model_meta_val_str_by_index(model, i, to, size);
                   }));
    }
    return object;
}

// The default template as "default", others under their name after "tokenizer.chat_template.".
Napi::Object chat_templates(Napi::Env env, const llama_model * model, const Napi::Object & metadata) {
    Napi::Object      object = Napi::Object::New(env);
    const std::string prefix = "tokenizer.chat_template.";
    if (const char * text = api().llama_model_chat_template(model, nullptr)) {
        object.Set("default", text);
    }
    const Napi::Array keys = metadata.GetPropertyNames();
    for (uint32_t i = 0; i < keys.Length(); i++) {
        const std::string key = keys.Get(i).As<Napi::String>();
        if (key.compare(0, prefix.size(), prefix) == 0) {
            object.Set(key.substr(prefix.size()), metadata.Get(key));
        }
    }
    return object;
}

}  // namespace

Napi::Object model_info(Napi::Env env, const llama_model & model) {
    const llama_model * m            = &model;
    const Napi::Object  metadata     = metadata_object(env, m);
    const Napi::Value   architecture = metadata.Get("general.architecture");
    const auto          boolean      = [&](bool value) {
        return Napi::Boolean::New(env, value);
    };

    Napi::Object object = Napi::Object::New(env);
    object.Set("architecture", architecture.IsString() ? architecture : Napi::String::New(env, ""));
    object.Set("slidingWindow", api().llama_model_n_swa(m));
    object.Set("recurrent", boolean(api().llama_model_is_recurrent(m)));
    object.Set("hybrid", boolean(api().llama_model_is_hybrid(m)));
    object.Set("hasDecoder", boolean(api().llama_model_has_decoder(m)));
    object.Set("metadata", metadata);
    object.Set("chatTemplates", chat_templates(env, m, metadata));
    return object;
}
