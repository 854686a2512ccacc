#include "text/code_set.h"

#include <algorithm>

namespace dynamo::text {
namespace {

/// Sorts the ranges and joins those that overlap or touch.
std::vector<CodeRange> tidied(std::vector<CodeRange> ranges) {
  std::erase_if(ranges, [](const CodeRange& range) { return range.first > range.last; });
  std::ranges::sort(ranges, {}, &CodeRange::first);
  std::vector<CodeRange> joined;
  for (const CodeRange& range : ranges) {
    if (!joined.empty() && range.first <= joined.back().last + 1) {
      joined.back().last = std::max(joined.back().last, range.last);
    } else {
      joined.push_back(range);
    }
  }
  return joined;
}

}  // namespace

CodeSet::CodeSet(std::vector<CodeRange> ranges) : ranges_(tidied(std::move(ranges))) {}

bool CodeSet::has(char32_t code) const {
  const auto after = std::ranges::upper_bound(ranges_, code, {}, &CodeRange::first);
  return after != ranges_.begin() && code <= std::prev(after)->last;
}

void CodeSet::add(const CodeSet& other) {
  ranges_.insert(ranges_.end(), other.ranges_.begin(), other.ranges_.end());
  ranges_ = tidied(std::move(ranges_));
}

CodeSet CodeSet::inverted() const {
  CodeSet rest;
  char32_t next = 0;
  for (const CodeRange& range : ranges_) {
    if (range.first > next) rest.ranges_.push_back({next, range.first - 1});
    next = range.last + 1;
  }
  if (next <= kBroken) rest.ranges_.push_back({next, kBroken});
  return rest;
}

CodeSet CodeSet::intersected(const CodeSet& other) const {
  CodeSet both;
  auto mine = ranges_.begin();
  auto theirs = other.ranges_.begin();
  while (mine != ranges_.end() && theirs != other.ranges_.end()) {
    const CodeRange common{std::max(mine->first, theirs->first), std::min(mine->last, theirs->last)};
    if (common.first <= common.last) both.ranges_.push_back(common);
    if (mine->last < theirs->last) {
      ++mine;
    } else {
      ++theirs;
    }
  }
  return both;
}

bool operator<(const CodeSet& a, const CodeSet& b) {
  return std::ranges::lexicographical_compare(
      a.ranges_, b.ranges_, [](const CodeRange& x, const CodeRange& y) {
        return x.first != y.first ? x.first < y.first : x.last < y.last;
      });
}

CodeTable::CodeTable(const CodeSet& set) : blocks_{Block{}, kFullBlock} {
  for (std::size_t byte = 0; byte < ascii_.size(); ++byte)
    ascii_[byte] = set.has(static_cast<char32_t>(byte));
  for (const CodeRange& range : set.ranges()) {
    if (range.first < kPlane) fill({range.first, std::min<char32_t>(range.last, kPlane - 1)});
  }
  above_ = set.intersected(CodeSet({{kPlane, kBroken}}));
}

void CodeTable::fill(CodeRange range) {
  for (char32_t code = range.first; code <= range.last;) {
    const char32_t end = std::min(code - code % kBlock + kBlock, range.last + 1);
    std::uint16_t& index = index_[code / kBlock];
    if (end - code == kBlock) {
      index = kFull;
    } else if (index == kEmpty) {
      index = static_cast<std::uint16_t>(blocks_.size());
      blocks_.emplace_back();
    }
    for (; index != kFull && code < end; ++code)
      blocks_[index][code % kBlock / 64] |= std::uint64_t{1} << (code % 64);
    code = end;
  }
}

bool CodeTable::has_above(char32_t code) const noexcept { return above_.has(code); }

}  // namespace dynamo::text
