#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "tokens/hash.h"

namespace dynamo::tokens {

/// A set of pairs that may claim to hold one that it does not hold, but never the other way round: so small
/// that asking it costs next to nothing.
class JoinFilter {
 public:
  /// Right most of the time for about `pairs` pairs.
  explicit JoinFilter(std::size_t pairs) : words_(std::bit_ceil(std::max<std::size_t>(pairs / 16, 64))) {}

  void add(std::uint32_t left, std::uint32_t right) { word(left, right) |= bit(left, right); }
  bool may_hold(std::uint32_t left, std::uint32_t right) const {
    const std::uint64_t hash = mix(left, right);
    return (words_[(hash >> 6) & (words_.size() - 1)] >> (hash & 63)) & 1;
  }

 private:
  std::uint64_t& word(std::uint32_t left, std::uint32_t right) {
    return words_[(mix(left, right) >> 6) & (words_.size() - 1)];
  }
  static std::uint64_t bit(std::uint32_t left, std::uint32_t right) {
    return 1ULL << (mix(left, right) & 63);
  }

  std::vector<std::uint64_t> words_;
};

}  // namespace dynamo::tokens
