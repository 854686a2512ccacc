#include "engine/token_chain.h"

namespace dynamo::engine {

std::uint64_t mix(std::uint64_t x) noexcept {
  x = (x ^ (x >> 30)) * 0xBF58'476D'1CE4'E5B9;
  x = (x ^ (x >> 27)) * 0x94D0'49BB'1331'11EB;
  return x ^ (x >> 31);
}

TokenId token_of(std::string_view word) noexcept {
  std::uint64_t state = 0xCBF2'9CE4'8422'2325;  // FNV-1a
  for (const char c : word) state = (state ^ static_cast<unsigned char>(c)) * 0x100'0000'01B3;
  return static_cast<TokenId>(mix(state));
}

void TokenChain::push(TokenId token) {
  state_ = mix(state_ ^ (std::uint64_t{token} + 0x9E37'79B9'7F4A'7C15));
  ++length_;
  if (length_ % block_size_ == 0) full_blocks_.push_back(state_);
}

}  // namespace dynamo::engine
