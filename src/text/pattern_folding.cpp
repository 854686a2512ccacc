#include "text/pattern_folding.h"

#include "text/case_folding.h"

namespace dynamo::text::pattern {
namespace {

constexpr std::size_t kLongestFold = 3;

std::u32string folded(std::u32string_view codes) {
  std::u32string all;
  for (const char32_t code : codes) all.push_back(fold_case(code));
  return all;
}

/// A part of an expanded literal, and how many of its characters it stands for.
struct Expansion {
  Node part;
  std::size_t taken;
};

Node either(CodeSet set, std::u32string_view folded_text) {
  Alternatives both;
  both.branches.push_back(node(OneOf{std::move(set)}));
  both.branches.push_back(node(folded_sequence(folded_text)));
  return node(std::move(both));
}

/// Several characters that are the same as one; the longest such beginning counts.
std::optional<Expansion> several(std::u32string_view codes) {
  for (std::size_t size = std::min(kLongestFold, codes.size()); size >= 2; --size) {
    const std::u32string text = folded(codes.substr(0, size));
    CodeSet same = characters_folding_to(text);
    if (!same.empty()) return Expansion{either(std::move(same), text), size};
  }
  return std::nullopt;
}

Expansion one(char32_t code, bool in_look_behind) {
  CodeSet variants = case_variants(code);
  const std::u32string_view longer = long_fold(code);
  if (!longer.empty() && !in_look_behind) return {either(std::move(variants), longer), 1};
  if (variants == CodeSet(code)) return {node(Literal{std::u32string(1, code)}), 1};
  return {node(OneOf{std::move(variants)}), 1};
}

Expansion first_part(std::u32string_view codes, bool in_look_behind) {
  if (!in_look_behind) {
    if (auto found = several(codes)) return std::move(*found);
  }
  return one(codes.front(), in_look_behind);
}

Node expanded(std::u32string_view codes, Direction look) {
  Sequence sequence;
  while (!codes.empty()) {
    Expansion next = first_part(codes, look == Direction::behind);
    codes.remove_prefix(next.taken);
    sequence.parts.push_back(std::move(next.part));
  }
  return node(std::move(sequence));
}

}  // namespace

Sequence folded_sequence(std::u32string_view folded_text) {
  Sequence sequence;
  for (const char32_t code : folded_text) sequence.parts.push_back(node(OneOf{case_variants(code)}));
  return sequence;
}

Node without_ignored_case(Node whole, Direction look) {
  const auto inside = [look](std::unique_ptr<Node>& body) {
    *body = without_ignored_case(std::move(*body), look);
  };
  const auto inside_all = [look](std::vector<Node>& parts) {
    for (Node& part : parts) part = without_ignored_case(std::move(part), look);
  };
  std::optional<Node> replaced;
  std::visit(Overloaded{
                 [&](Literal& literal) {
                   if (literal.letters == Case::ignored) replaced = expanded(literal.codes, look);
                 },
                 [](OneOf&) {},
                 [](Anchor&) {},
                 [&](Sequence& sequence) { inside_all(sequence.parts); },
                 [&](Alternatives& alternatives) { inside_all(alternatives.branches); },
                 [&](Repeat& repeat) { inside(repeat.body); },
                 [&](Atomic& atomic) { inside(atomic.body); },
                 [&](Group& group) { inside(group.body); },
                 [&](Look& around) {
                   const bool behind = look == Direction::behind || around.direction == Direction::behind;
                   const Direction within = behind ? Direction::behind : Direction::ahead;
                   *around.body = without_ignored_case(std::move(*around.body), within);
                 },
             },
             whole.is);
  return replaced ? std::move(*replaced) : std::move(whole);
}

}  // namespace dynamo::text::pattern
