#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "text/code_set.h"

// What a pattern says, as the parser leaves it and the compiler takes it.

namespace dynamo::text::pattern {

struct Node;

enum class Case : std::uint8_t { exact, ignored };

/// These characters one after the other; none of them is the empty pattern.
struct Literal {
  std::u32string codes;
  Case letters = Case::exact;
};

/// One character of the set.
struct OneOf {
  CodeSet set;
};

struct Sequence {
  std::vector<Node> parts;
};

/// The first branch with which everything after it matches, too.
struct Alternatives {
  std::vector<Node> branches;
};

constexpr std::uint32_t kEndless = std::numeric_limits<std::uint32_t>::max();

struct Repeat {
  std::unique_ptr<Node> body;
  std::uint32_t least;
  std::uint32_t most;  // or kEndless
  bool greedy;
};

/// What the body matches first is kept: nothing tries it another way later.
struct Atomic {
  std::unique_ptr<Node> body;
  bool newline = false;  // it is \R
};

/// A group of its own: its sequence does not become part of the sequence around it.
struct Group {
  std::unique_ptr<Node> body;
};

enum class Direction : std::uint8_t { ahead, behind };

/// Holds where the body matches (or does not) from here on, or up to here; takes no characters.
struct Look {
  std::unique_ptr<Node> body;
  Direction direction;
  bool negative;
};

enum class Place : std::uint8_t {
  line_begin,           // ^
  line_end,             // $
  text_begin,           // \A
  text_end,             // \z
  last_line_end,        // \Z: the end, or before the newline that ends the text
  search_begin,         // \G
  word_boundary,        // \b
  word_inside,          // \B
  ascii_word_boundary,  // \b where only ASCII counts as words
  ascii_word_inside,
};

/// Holds in certain places; takes no characters.
struct Anchor {
  Place place;
};

struct Node {
  std::variant<Literal, OneOf, Sequence, Alternatives, Repeat, Atomic, Group, Look, Anchor> is;
};

template <class Kind>
Node node(Kind kind) {
  return Node{std::move(kind)};
}

inline std::unique_ptr<Node> boxed(Node node) { return std::make_unique<Node>(std::move(node)); }

/// `std::visit` over lambdas, one for each kind.
template <class... Kinds>
struct Overloaded : Kinds... {
  using Kinds::operator()...;
};

}  // namespace dynamo::text::pattern
