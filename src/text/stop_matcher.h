#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dynamo::text {

/// Finds the first of some strings in a text that comes in pieces, in time linear in the text however many
/// strings there are (Aho and Corasick's automaton, over bytes). "First" is the one that ends first; of those
/// that end together, the longest. So a match is known with its last byte, and nothing is held back but what
/// may still become one.
class StopMatcher {
 public:
  /// Empty strings are left out.
  explicit StopMatcher(const std::vector<std::string>& stops);

  struct Match {
    std::size_t end;   // behind its last byte, in the piece
    std::size_t stop;  // index into the strings given
    friend bool operator==(const Match&, const Match&) = default;
  };

  /// Reads `piece` up to the end of the first match. Call it no more once there was one.
  std::optional<Match> feed(std::string_view piece);
  /// Length of the longest end of the text so far that some string begins with.
  std::size_t held() const noexcept { return nodes_[state_].depth; }
  bool empty() const noexcept { return nodes_.size() == 1; }

 private:
  static constexpr std::uint32_t kNone = 0;  // the root is no node's child

  struct Node {
    std::uint32_t first_child = kNone;
    std::uint32_t next_sibling = kNone;
    std::uint32_t fallback = 0;  // the node of the longest proper end that is in the tree
    std::uint32_t depth = 0;
    std::uint32_t match = 0;  // one more than the string that ends here; 0 = none
    char byte = 0;
  };

  std::uint32_t child(std::uint32_t node, char byte) const;
  void add(std::string_view stop, std::size_t index);
  void link();
  std::uint32_t step(std::uint32_t node, char byte) const;

  std::vector<Node> nodes_;  // the root first
  std::uint32_t state_ = 0;
};

}  // namespace dynamo::text
