#include "tokens/base64.h"

#include <array>

namespace dynamo::tokens {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kForeign = 0xFF;

constexpr std::array<std::uint8_t, 256> kValues = [] {
  std::array<std::uint8_t, 256> out{};
  out.fill(kForeign);
  for (std::size_t value = 0; value < kAlphabet.size(); ++value) {
    out[static_cast<unsigned char>(kAlphabet[value])] = static_cast<std::uint8_t>(value);
  }
  return out;
}();

std::size_t padding_of(std::string_view text) {
  return text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
}

}  // namespace

Result<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return fail(Errc::invalid, "not base64: its length is no multiple of 4");
  const std::size_t padding = padding_of(text);
  std::string out;
  out.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool filler = at + padding >= text.size();
    const std::uint8_t value = filler ? 0 : kValues[static_cast<unsigned char>(text[at])];
    if (value == kForeign) return fail(Errc::invalid, fmt::format("not base64: byte {}", at));
    bits = bits << 6 | value;
    if (at % 4 != 3) continue;
    for (const unsigned shift : {16U, 8U, 0U}) out += static_cast<char>(bits >> shift & 0xFF);
  }
  out.resize(out.size() - padding);
  return out;
}

}  // namespace dynamo::tokens
