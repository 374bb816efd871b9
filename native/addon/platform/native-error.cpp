#include "platform/native-error.h"

#include <new>

static Napi::Error make(Napi::Env env, const char * code, const char * message) {
    Napi::Error error = Napi::Error::New(env, message);
    error.Set("code", Napi::String::New(env, code));
    return error;
}

Napi::Error to_js_error(Napi::Env env, std::exception_ptr caught) {
    try {
        std::rethrow_exception(caught);
    } catch (const Napi::Error & error) {
        return error;
    } catch (const NativeError & error) {
        return make(env, error.code().c_str(), error.what());
    } catch (const std::bad_alloc &) {
        return make(env, "model.memory",
                    "There is not enough memory for this; close other programs or choose a smaller model or context.");
    } catch (const std::exception & error) {
        return make(env, "internal.failed", error.what());
    } catch (...) {
        return make(env, "internal.failed", "The native engine threw something that is not an error.");
    }
}
