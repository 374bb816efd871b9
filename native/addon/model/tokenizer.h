#pragma once

#include "platform/libraries.h"

#include <napi.h>

#include <string>
#include <vector>

// Tokenises without adding BOS. With `special` the texts of special tokens become those tokens. Any thread. Throws
// request.invalid for a text that is too long.
std::vector<llama_token> tokenize(const llama_model & model, const std::string & text, bool special);

// NativeVocabulary of contract.ts.
Napi::Object vocabulary_object(Napi::Env env, const llama_model & model);

Napi::Int32Array token_array(Napi::Env env, const std::vector<llama_token> & tokens);
