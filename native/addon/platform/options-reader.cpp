#include "platform/options-reader.h"

#include "platform/native-error.h"

#include <cmath>

static NativeError wrong(const char * name, const char * expected) {
    return { "request.invalid", std::string(name) + " must be " + expected + "." };
}

int64_t read_integer(const Napi::Value & value, const char * name, int64_t smallest, int64_t largest) {
    const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : std::nan("");
    if (!(number >= static_cast<double>(smallest) && number <= static_cast<double>(largest)) ||
        number != std::floor(number)) {
        const std::string expected =
            "a whole number from " + std::to_string(smallest) + " to " + std::to_string(largest);
        throw wrong(name, expected.c_str());
    }
    return static_cast<int64_t>(number);
}

std::string read_text(const Napi::Value & value, const char * name) {
    if (!value.IsString()) {
        throw wrong(name, "a string");
    }
    return value.As<Napi::String>().Utf8Value();
}

std::vector<llama_token> read_tokens(const Napi::Value & value, const char * name) {
    if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_int32_array) {
        throw wrong(name, "an Int32Array");
    }
    const auto array = value.As<Napi::Int32Array>();
    return { array.Data(), array.Data() + array.ElementLength() };
}

std::vector<uint8_t> read_bytes(const Napi::Value & value, const char * name) {
    if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
        throw wrong(name, "a Uint8Array");
    }
    const auto array = value.As<Napi::Uint8Array>();
    return { array.Data(), array.Data() + array.ElementLength() };
}

static std::vector<Napi::Value> read_list(const Napi::Value & value, const char * name) {
    if (!value.IsArray()) {
        throw wrong(name, "an array");
    }
    const auto               array = value.As<Napi::Array>();
    std::vector<Napi::Value> items;
    for (uint32_t i = 0; i < array.Length(); i++) {
        items.push_back(array.Get(i));
    }
    return items;
}

OptionsReader::OptionsReader(const Napi::Value & value, const char * what) {
    if (!value.IsObject()) {
        throw wrong(what, "an object");
    }
    object_ = value.As<Napi::Object>();
}

Napi::Value OptionsReader::get(const char * name) const {
    return object_.Get(name);
}

bool OptionsReader::has(const char * name) const {
    return !get(name).IsUndefined();
}

double OptionsReader::number(const char * name) const {
    const Napi::Value value = get(name);
    if (!value.IsNumber()) {
        throw wrong(name, "a number");
    }
    return value.As<Napi::Number>().DoubleValue();
}

float OptionsReader::finite(const char * name) const {
    const auto value = static_cast<float>(number(name));
    if (!std::isfinite(value)) {
        throw wrong(name, "a finite number");
    }
    return value;
}

int64_t OptionsReader::integer(const char * name, int64_t smallest, int64_t largest) const {
    return read_integer(get(name), name, smallest, largest);
}

bool OptionsReader::flag(const char * name, bool fallback) const {
    const Napi::Value value = get(name);
    if (value.IsUndefined()) {
        return fallback;
    }
    if (!value.IsBoolean()) {
        throw wrong(name, "true or false");
    }
    return value.As<Napi::Boolean>().Value();
}

std::string OptionsReader::text(const char * name) const {
    return read_text(get(name), name);
}

std::vector<std::string> OptionsReader::texts(const char * name) const {
    std::vector<std::string> texts;
    for (const Napi::Value & item : read_list(get(name), name)) {
        texts.push_back(read_text(item, name));
    }
    return texts;
}

std::vector<llama_token> OptionsReader::tokens(const char * name) const {
    return read_tokens(get(name), name);
}

std::vector<uint8_t> OptionsReader::bytes(const char * name) const {
    return read_bytes(get(name), name);
}

OptionsReader OptionsReader::object(const char * name) const {
    return { get(name), name };
}

std::vector<OptionsReader> OptionsReader::objects(const char * name) const {
    std::vector<OptionsReader> objects;
    for (const Napi::Value & item : read_list(get(name), name)) {
        objects.emplace_back(item, name);
    }
    return objects;
}
