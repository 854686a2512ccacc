#include "tokens/trie.h"

namespace dynamo::tokens {

bool Trie::add(std::string_view text, Value value) {
  if (text.empty()) return false;
  Node node = kRoot;
  for (const char byte : text) {
    Node next = step(node, byte);
    if (next == kNone) {
      if (values_.size() >= kMaxNodes) return false;
      next = static_cast<Node>(values_.size());
      values_.push_back(kNone);
      if (values_.size() * 3 > edges_.size() * 2) grow();
      insert((edge_key(node, byte) << 32) | next);
    }
    node = next;
  }
  if (values_[node] != kNone) return false;
  values_[node] = value;
  return true;
}

void Trie::insert(std::uint64_t edge) {
  std::size_t i = mix(edge >> 32, 0) & mask();
  while (edges_[i] != kFree) i = (i + 1) & mask();
  edges_[i] = edge;
}

void Trie::grow() {
  std::vector<std::uint64_t> old = std::move(edges_);
  edges_.assign(std::max<std::size_t>(64, old.size() * 2), kFree);
  for (const std::uint64_t edge : old) {
    if (edge != kFree) insert(edge);
  }
}

}  // namespace dynamo::tokens
