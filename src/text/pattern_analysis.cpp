#include "text/pattern_analysis.h"

#include <algorithm>

namespace dynamo::text::pattern {
namespace {

constexpr Width kNothing{0, 0};
constexpr Width kOne{1, 1};

std::uint32_t capped(std::uint64_t count) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(count, kEndless));
}

std::uint32_t plus(std::uint32_t a, std::uint32_t b) { return capped(std::uint64_t{a} + b); }

std::uint32_t times(std::uint32_t width, std::uint32_t count) {
  if (width == 0 || count == 0) return 0;
  return capped(std::uint64_t{width} * count);
}

Width width_of_all(const Sequence& sequence) {
  Width sum = kNothing;
  for (const Node& part : sequence.parts) {
    const Width next = width(part);
    sum = {plus(sum.least, next.least), plus(sum.most, next.most)};
  }
  return sum;
}

Width width_of_any(const Alternatives& alternatives) {
  Width widest{kEndless, 0};
  for (const Node& branch : alternatives.branches) {
    const Width next = width(branch);
    widest = {std::min(widest.least, next.least), std::max(widest.most, next.most)};
  }
  return widest;
}

Width width_of_repeated(const Repeat& repeat) {
  const Width once = width(*repeat.body);
  return {times(once.least, repeat.least), times(once.most, repeat.most)};
}

constexpr Start kEmptyStart{{}, true};

unsigned char lead_byte(char32_t code) {
  std::string bytes;
  append_code_point(bytes, code);
  return static_cast<unsigned char>(bytes.front());
}

Start start_of_text(const Literal& literal) {
  if (literal.codes.empty()) return kEmptyStart;
  return {Bytes().set(lead_byte(literal.codes.front())), false};
}

Start start_of_all(const Sequence& sequence) {
  Start all = kEmptyStart;
  for (const Node& part : sequence.parts) {
    if (!all.may_be_empty) break;
    all = followed(all, start(part));
  }
  return all;
}

Start start_of_any(const Alternatives& alternatives) {
  Start any{{}, false};
  for (const Node& branch : alternatives.branches) {
    const Start next = start(branch);
    any = {any.bytes | next.bytes, any.may_be_empty || next.may_be_empty};
  }
  return any;
}

Start start_of_repeated(const Repeat& repeat) {
  if (repeat.most == 0) return kEmptyStart;
  Start once = start(*repeat.body);
  once.may_be_empty = once.may_be_empty || repeat.least == 0;
  return once;
}

}  // namespace

Width width(const Node& node) {
  return std::visit(Overloaded{
                        [](const Literal& literal) {
                          const std::uint32_t size = capped(literal.codes.size());
                          return Width{size, size};
                        },
                        [](const OneOf&) { return kOne; },
                        [](const Sequence& sequence) { return width_of_all(sequence); },
                        [](const Alternatives& alternatives) { return width_of_any(alternatives); },
                        [](const Repeat& repeat) { return width_of_repeated(repeat); },
                        [](const Atomic& atomic) { return width(*atomic.body); },
                        [](const Group& group) { return width(*group.body); },
                        [](const Look&) { return kNothing; },
                        [](const Anchor&) { return kNothing; },
                    },
                    node.is);
}

Start followed(const Start& first, const Start& rest) {
  if (!first.may_be_empty) return first;
  return {first.bytes | rest.bytes, rest.may_be_empty};
}

Start start(const Node& node) {
  return std::visit(Overloaded{
                        [](const Literal& literal) { return start_of_text(literal); },
                        [](const OneOf& one) { return Start{first_bytes(one.set), false}; },
                        [](const Sequence& sequence) { return start_of_all(sequence); },
                        [](const Alternatives& alternatives) { return start_of_any(alternatives); },
                        [](const Repeat& repeat) { return start_of_repeated(repeat); },
                        [](const Atomic& atomic) { return start(*atomic.body); },
                        [](const Group& group) { return start(*group.body); },
                        [](const Look&) { return kEmptyStart; },
                        [](const Anchor&) { return kEmptyStart; },
                    },
                    node.is);
}

Bytes first_bytes(const CodeSet& set) {
  Bytes bytes;
  for (const CodeRange& range : set.ranges()) {
    if (range.first <= kLastCode) {
      const unsigned last = lead_byte(std::min(range.last, kLastCode));
      for (unsigned byte = lead_byte(range.first); byte <= last; ++byte) bytes.set(byte);
    }
    if (range.last == kBroken) {
      for (unsigned byte = 0x80; byte < bytes.size(); ++byte) bytes.set(byte);
    }
  }
  return bytes;
}

}  // namespace dynamo::text::pattern
