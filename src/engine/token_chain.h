#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace dynamo::engine {

using TokenId = std::uint32_t;
using BlockHash = std::uint64_t;

/// A growing sequence of tokens, as a cache sees it: its full blocks by chained hash (equal prefixes have
/// equal leading hashes) and the length of the rest. The tokens themselves are not kept.
class TokenChain {
 public:
  explicit TokenChain(std::size_t block_size) : block_size_(block_size) {}

  void push(TokenId token);
  std::size_t length() const noexcept { return length_; }
  std::size_t block_size() const noexcept { return block_size_; }
  const std::vector<BlockHash>& full_blocks() const noexcept { return full_blocks_; }
  /// Tokens in the last, not yet full block; 0 when there is none.
  std::size_t tail() const noexcept { return length_ % block_size_; }
  /// Hash of the whole sequence.
  std::uint64_t state() const noexcept { return state_; }
  /// Blocks that hold it, a partial one included.
  std::size_t blocks() const noexcept { return full_blocks_.size() + (tail() > 0 ? 1 : 0); }

 private:
  std::size_t block_size_;
  std::size_t length_ = 0;
  std::uint64_t state_ = 0x9E37'79B9'7F4A'7C15;
  std::vector<BlockHash> full_blocks_;
};

/// The token that stands for one word of text in the built-in engines: a hash, so that a word is the same
/// token in a prompt and in an answer.
TokenId token_of(std::string_view word) noexcept;

/// Stirs all bits of `x` into all bits of the result (the finalizer of splitmix64).
std::uint64_t mix(std::uint64_t x) noexcept;

}  // namespace dynamo::engine
