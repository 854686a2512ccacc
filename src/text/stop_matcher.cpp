#include "text/stop_matcher.h"

#include <algorithm>

namespace dynamo::text {

StopMatcher::StopMatcher(const std::vector<std::string>& stops) {
  nodes_.emplace_back();
  for (std::size_t i = 0; i < stops.size(); ++i) {
    if (!stops[i].empty()) add(stops[i], i);
  }
  link();
}

std::uint32_t StopMatcher::child(std::uint32_t node, char byte) const {
  std::uint32_t found = nodes_[node].first_child;
  while (found != kNone && nodes_[found].byte != byte) found = nodes_[found].next_sibling;
  return found;
}

void StopMatcher::add(std::string_view stop, std::size_t index) {
  std::uint32_t node = 0;
  for (const char byte : stop) {
    std::uint32_t next = child(node, byte);
    if (next == kNone) {
      next = static_cast<std::uint32_t>(nodes_.size());
      nodes_.push_back(
          {.next_sibling = nodes_[node].first_child, .depth = nodes_[node].depth + 1, .byte = byte});
      nodes_[node].first_child = next;
    }
    node = next;
  }
  if (nodes_[node].match == 0) nodes_[node].match = static_cast<std::uint32_t>(index) + 1;
}

/// Sets the fallbacks, level by level, as each needs those above it.
void StopMatcher::link() {
  std::vector<std::uint32_t> order{0};
  for (std::size_t at = 0; at < order.size(); ++at) {
    const std::uint32_t parent = order[at];
    for (std::uint32_t node = nodes_[parent].first_child; node != kNone; node = nodes_[node].next_sibling) {
      const std::uint32_t fallback = parent == 0 ? 0 : step(nodes_[parent].fallback, nodes_[node].byte);
      nodes_[node].fallback = fallback;
      if (nodes_[node].match == 0) nodes_[node].match = nodes_[fallback].match;
      order.push_back(node);
    }
  }
}

std::uint32_t StopMatcher::step(std::uint32_t node, char byte) const {
  for (;;) {
    const std::uint32_t next = child(node, byte);
    if (next != kNone) return next;
    if (node == 0) return 0;
    node = nodes_[node].fallback;
  }
}

std::optional<StopMatcher::Match> StopMatcher::feed(std::string_view piece) {
  for (std::size_t at = 0; at < piece.size(); ++at) {
    state_ = step(state_, piece[at]);
    if (nodes_[state_].match != 0) return Match{at + 1, nodes_[state_].match - 1};
  }
  return std::nullopt;
}

}  // namespace dynamo::text
