#include "model/token-piece.h"

std::string_view TokenPiece::of(llama_token token) {
    const auto read = [&] {
        return api().llama_token_to_piece(vocab_, token, room_.data(), static_cast<int32_t>(room_.size()), 0, true);
    };
    int32_t size = read();
    if (size < 0) {
        room_.resize(static_cast<size_t>(-size));
        size = read();
    }
    return { room_.data(), static_cast<size_t>(size < 0 ? 0 : size) };
}
