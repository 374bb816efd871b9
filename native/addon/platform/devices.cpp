#include "platform/devices.h"

#include "platform/libraries.h"

namespace {

const char * kind_name(enum ggml_backend_dev_type type) {
    switch (type) {
        case GGML_BACKEND_DEVICE_TYPE_CPU:
            return "cpu";
        case GGML_BACKEND_DEVICE_TYPE_GPU:
            return "gpu";
        case GGML_BACKEND_DEVICE_TYPE_IGPU:
            return "igpu";
        default:
            return "accel";
    }
}

Napi::Object device_object(Napi::Env env, ggml_backend_dev_t device) {
    size_t free  = 0;
    size_t total = 0;
    api().ggml_backend_dev_memory(device, &free, &total);
    Napi::Object object = Napi::Object::New(env);
    object.Set("name", api().ggml_backend_dev_name(device));
    object.Set("description", api().ggml_backend_dev_description(device));
    object.Set("kind", kind_name(api().ggml_backend_dev_type(device)));
    object.Set("backend", api().ggml_backend_reg_name(api().ggml_backend_dev_backend_reg(device)));
    object.Set("memoryFree", static_cast<double>(free));
    object.Set("memoryTotal", static_cast<double>(total));
    return object;
}

}  // namespace

Napi::Value opened_libraries(Napi::Env env) {
    const size_t count   = api().ggml_backend_dev_count();
    Napi::Array  devices = Napi::Array::New(env, count);
    for (size_t i = 0; i < count; i++) {
        devices.Set(i, device_object(env, api().ggml_backend_dev_get(i)));
    }
    Napi::Object object = Napi::Object::New(env);
    object.Set("release", release_part(api().llama_version()));
    object.Set("devices", devices);
    return object;
}

Napi::Value open_libraries_call(const Napi::CallbackInfo & info) {
    open_libraries(info[0].As<Napi::String>());
    return opened_libraries(info.Env());
}
