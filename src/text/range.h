#pragma once

#include <cstdint>
#include <string_view>

namespace dynamo::text {

/// Bytes `begin` to `end` (half open) of some text. Texts are therefore shorter than 4 GiB.
struct Range {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  std::uint32_t size() const noexcept { return end - begin; }
  bool empty() const noexcept { return begin == end; }
  /// These bytes of `text`.
  std::string_view of(std::string_view text) const { return text.substr(begin, end - begin); }
  friend bool operator==(const Range&, const Range&) = default;
};

}  // namespace dynamo::text
