#pragma once

#include "platform/libraries.h"

#include <string>
#include <string_view>

// The text of tokens one at a time, special ones as they are written. Keeps its room, so most calls allocate nothing.
class TokenPiece {
  public:
    explicit TokenPiece(const llama_vocab * vocab) : vocab_(vocab), room_(64, '\0') {}

    // Valid until the next call. Bytes, not always whole characters.
    std::string_view of(llama_token token);

  private:
    const llama_vocab * vocab_;
    std::string         room_;
};
