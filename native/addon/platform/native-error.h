#pragma once

#include <napi.h>

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

// An error with a code of protocol/coded-error.ts. JavaScript gets an Error with that `code`.
class NativeError : public std::runtime_error {
  public:
    NativeError(std::string code, const std::string & message) : std::runtime_error(message), code_(std::move(code)) {}

    const std::string & code() const { return code_; }

  private:
    std::string code_;
};

// Makes a JavaScript Error of any caught exception. Only on the JavaScript thread.
Napi::Error to_js_error(Napi::Env env, std::exception_ptr caught);

// Runs `body` and turns every C++ exception into a JavaScript one. Every call from JavaScript goes through here.
template <class Body> Napi::Value at_boundary(Napi::Env env, Body && body) {
    try {
        return body();
    } catch (const Napi::Error &) {
        throw;
    } catch (...) {
        throw to_js_error(env, std::current_exception());
    }
}

// Wraps a free function for Napi::Function::New<>.
template <Napi::Value (*Function)(const Napi::CallbackInfo &)> Napi::Value guarded(const Napi::CallbackInfo & info) {
    return at_boundary(info.Env(), [&] { return Function(info); });
}

// A base for wrapped classes that guards their methods in the same way.
template <class Class> class NativeClass : public Napi::ObjectWrap<Class> {
  public:
    using Method   = Napi::Value (Class::*)(const Napi::CallbackInfo &);
    using Property = Napi::ClassPropertyDescriptor<Class>;
    using Napi::ObjectWrap<Class>::ObjectWrap;

    template <Method method> Napi::Value call(const Napi::CallbackInfo & info) {
        return at_boundary(info.Env(), [&] { return (static_cast<Class *>(this)->*method)(info); });
    }

    template <Method method> static Property bind(const char * name) {
        return Napi::ObjectWrap<Class>::InstanceMethod(name, &Class::template call<method>);
    }

    template <Method method> static Property getter(const char * name) {
        return Napi::ObjectWrap<Class>::InstanceAccessor(name, &Class::template call<method>, nullptr);
    }
};
