#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "tokens/hash.h"

namespace dynamo::tokens {

/// Texts by their bytes, to find which of them another text begins with. Edges lie in one open-addressing
/// table.
class Trie {
 public:
  using Node = std::uint32_t;
  using Value = std::uint32_t;
  static constexpr Node kRoot = 0;
  static constexpr std::uint32_t kNone = ~0U;

  /// False when `text` is there already, or empty.
  bool add(std::string_view text, Value value);

  /// The node one byte further; kNone when no text goes on that way.
  Node step(Node node, char byte) const {
    if (edges_.empty()) return kNone;
    const std::uint64_t key = edge_key(node, byte);
    for (std::size_t i = mix(key, 0) & mask();; i = (i + 1) & mask()) {
      if (edges_[i] == kFree) return kNone;
      if (edges_[i] >> 32 == key) return static_cast<Node>(edges_[i]);
    }
  }
  /// The value of the text that ends at `node`, kNone when none does.
  Value value(Node node) const { return values_[node]; }

 private:
  static constexpr std::uint64_t kFree = ~0ULL;
  static constexpr std::size_t kMaxNodes = 1U << 24;

  static std::uint64_t edge_key(Node node, char byte) {
    return (static_cast<std::uint64_t>(node) << 8) | static_cast<unsigned char>(byte);
  }
  std::size_t mask() const { return edges_.size() - 1; }
  void insert(std::uint64_t edge);
  void grow();

  std::vector<std::uint64_t> edges_;     // node and byte above, the next node below
  std::vector<Value> values_ = {kNone};  // by node
};

}  // namespace dynamo::tokens
