#pragma once

#include "llama.h"

#include <napi.h>

#include <cstdint>
#include <string>
#include <vector>

// Reads the fields of a JavaScript options object as plain C++ values. Throws request.invalid with the field's name
// when the field is missing or has another type. Only on the JavaScript thread.
class OptionsReader {
  public:
    // `what` names the object in errors.
    OptionsReader(const Napi::Value & value, const char * what);

    // False when the field is undefined.
    bool has(const char * name) const;

    double                     number(const char * name) const;
    float                      finite(const char * name) const;
    int64_t                    integer(const char * name, int64_t smallest, int64_t largest) const;
    bool                       flag(const char * name, bool fallback) const;
    std::string                text(const char * name) const;
    std::vector<std::string>   texts(const char * name) const;
    std::vector<llama_token>   tokens(const char * name) const;
    std::vector<uint8_t>       bytes(const char * name) const;
    OptionsReader              object(const char * name) const;
    std::vector<OptionsReader> objects(const char * name) const;

  private:
    Napi::Value get(const char * name) const;

    Napi::Object object_;
};

// The same for the arguments of a call; `name` names the argument in errors.
std::vector<llama_token> read_tokens(const Napi::Value & value, const char * name);
std::vector<uint8_t>     read_bytes(const Napi::Value & value, const char * name);
int64_t                  read_integer(const Napi::Value & value, const char * name, int64_t smallest, int64_t largest);
std::string              read_text(const Napi::Value & value, const char * name);
