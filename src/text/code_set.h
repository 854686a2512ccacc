#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "text/code_point.h"

namespace dynamo::text {

/// Characters from `first` to `last`, both included.
struct CodeRange {
  char32_t first;
  char32_t last;
  friend bool operator==(const CodeRange&, const CodeRange&) = default;
};

/// A set of characters (kBroken may be one of them), as ranges in order that neither overlap nor touch.
class CodeSet {
 public:
  CodeSet() = default;
  explicit CodeSet(std::vector<CodeRange> ranges);  // in any order; those with first > last are empty
  explicit CodeSet(char32_t code) : ranges_{{code, code}} {}

  const std::vector<CodeRange>& ranges() const { return ranges_; }
  bool empty() const { return ranges_.empty(); }
  bool has(char32_t code) const;

  void add(const CodeSet& other);
  CodeSet inverted() const;
  CodeSet intersected(const CodeSet& other) const;

  friend bool operator==(const CodeSet&, const CodeSet&) = default;
  friend bool operator<(const CodeSet& a, const CodeSet& b);

 private:
  std::vector<CodeRange> ranges_;
};

/// The same set, for asking often: a table for the basic plane, a search among the few ranges above it.
class CodeTable {
 public:
  explicit CodeTable(const CodeSet& set);

  bool has_ascii(unsigned char byte) const noexcept { return ascii_[byte]; }
  bool has(char32_t code) const noexcept {
    if (code >= kPlane) return has_above(code);
    return (blocks_[index_[code / kBlock]][code % kBlock / 64] >> (code % 64) & 1U) != 0;
  }

 private:
  static constexpr char32_t kPlane = 0x10000;
  static constexpr char32_t kBlock = 256;
  using Block = std::array<std::uint64_t, kBlock / 64>;
  static constexpr Block kFullBlock{~0ULL, ~0ULL, ~0ULL, ~0ULL};
  static constexpr std::uint16_t kEmpty = 0;  // the blocks that every table has
  static constexpr std::uint16_t kFull = 1;

  bool has_above(char32_t code) const noexcept;
  void fill(CodeRange range);

  std::array<bool, 128> ascii_{};
  std::array<std::uint16_t, kPlane / kBlock> index_{};
  std::vector<Block> blocks_;
  CodeSet above_;
};

}  // namespace dynamo::text
