#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

/// Quick hashes for the tables of the tokenizer. Not for anything that leaves the process.
namespace dynamo::tokens {

/// Spreads two words over all bits of one: the product's halves, folded.
inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  const auto product =
      static_cast<unsigned __int128>(a ^ 0x9e3779b97f4a7c15ULL) * (b ^ 0xd1b54a32d192ed03ULL);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

template <class Word>
Word load(const char* from) {
  Word word;
  std::memcpy(&word, from, sizeof(word));
  return word;
}

/// Up to eight bytes as one word; texts of the same size give different words.
inline std::uint64_t load_word(const char* from, std::size_t size) {
  if (size == 8) return load<std::uint64_t>(from);
  if (size >= 4) {
    return load<std::uint32_t>(from) | static_cast<std::uint64_t>(load<std::uint32_t>(from + size - 4)) << 32;
  }
  if (size == 0) return 0;
  const auto byte = [from](std::size_t at) {
    return static_cast<std::uint64_t>(static_cast<unsigned char>(from[at]));
  };
  return byte(0) | byte(size / 2) << 8 | byte(size - 1) << 16;
}

inline std::uint64_t hash_bytes(std::string_view bytes) {
  std::uint64_t hash = bytes.size();
  while (bytes.size() > 8) {
    hash = mix(hash, load<std::uint64_t>(bytes.data()));
    bytes.remove_prefix(8);
  }
  return mix(hash, load_word(bytes.data(), bytes.size()));
}

}  // namespace dynamo::tokens
