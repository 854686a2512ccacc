#include "tokens/byte_alphabet.h"

#include <array>

namespace dynamo::tokens {
namespace {

constexpr unsigned kFirstStandIn = 0x100;
constexpr unsigned kStandIns = 68;

constexpr bool stands_for_itself(unsigned byte) {
  return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte != 0xAD);
}

/// Code point by byte.
constexpr std::array<std::uint16_t, 256> kVisible = [] {
  std::array<std::uint16_t, 256> out{};
  unsigned stand_in = kFirstStandIn;
  for (unsigned byte = 0; byte < out.size(); ++byte) {
    out[byte] = static_cast<std::uint16_t>(stands_for_itself(byte) ? byte : stand_in++);
  }
  return out;
}();

constexpr std::int16_t kNone = -1;

/// Byte by code point.
constexpr std::array<std::int16_t, kFirstStandIn + kStandIns> kBytes = [] {
  std::array<std::int16_t, kFirstStandIn + kStandIns> out{};
  out.fill(kNone);
  for (unsigned byte = 0; byte < kVisible.size(); ++byte)
    out[kVisible[byte]] = static_cast<std::int16_t>(byte);
  return out;
}();

}  // namespace

bool append_bytes_of(std::string_view token, std::string& out) {
  for (std::size_t at = 0; at < token.size(); ++at) {
    unsigned code = static_cast<unsigned char>(token[at]);
    if (code >= 0x80) {  // the alphabet has characters of at most two bytes
      if ((code & 0xE0) != 0xC0 || ++at == token.size()) return false;
      code = ((code & 0x1F) << 6) | (static_cast<unsigned char>(token[at]) & 0x3F);
    }
    if (code >= kBytes.size() || kBytes[code] == kNone) return false;
    out += static_cast<char>(kBytes[code]);
  }
  return true;
}

void append_visible(std::string_view bytes, std::string& out) {
  for (const char c : bytes) {
    const unsigned code = kVisible[static_cast<unsigned char>(c)];
    if (code < 0x80) {
      out += static_cast<char>(code);
    } else {
      out += static_cast<char>(0xC0 | (code >> 6));
      out += static_cast<char>(0x80 | (code & 0x3F));
    }
  }
}

char32_t visible_character(unsigned char byte) { return kVisible[byte]; }

}  // namespace dynamo::tokens
