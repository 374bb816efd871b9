#pragma once

#include "platform/libraries.h"

#include <string>
#include <string_view>

// The text of one token at a time, also of special ones. Reuses its buffer, so most calls allocate nothing.
class TokenPiece {
  public:
    explicit TokenPiece(const llama_vocab * vocab) : vocab_(vocab), room_(64, '\0') {}

    // Valid until the next call. UTF-8 bytes, which may be only part of a character.
    std::string_view of(llama_token token);

  private:
    const llama_vocab * vocab_;
    std::string         room_;
};
