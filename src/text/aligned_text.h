#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "text/edits.h"
#include "text/range.h"

namespace dynamo::text {

/// A text, and for each of its bytes the bytes of the original that it came from. A value; needs no locks.
/// The text is always valid UTF-8: broken input is repaired on construction (text/utf8.h), and the characters
/// that stand for broken bytes come from these bytes.
class AlignedText {
 public:
  /// `original` itself, every character coming from itself.
  explicit AlignedText(std::string_view original);

  std::string_view text() const noexcept { return text_; }
  bool empty() const noexcept { return text_.empty(); }

  /// The bytes of the original that this piece stands for. A piece that was cut out by slice() begins where
  /// its first character comes from; rewriting a piece does not change what it stands for.
  Range origin() const noexcept { return origin_; }
  /// The bytes of the original that the bytes `range` of text() came from.
  Range origin(Range range) const;

  /// The piece of text() at `range`, which must lie on character borders.
  AlignedText slice(Range range) const;

  /// Puts in the place of text() what `edits`, made from it, say.
  void transform(const Edits& edits);
  /// Puts `content` in front, coming from where the first character comes from. Nothing for an empty text.
  void prepend(std::string_view content);
  /// Puts `content` in the place of each of `matches` (in order, not overlapping), coming from where the last
  /// character replaced comes from.
  void replace(std::span<const Range> matches, std::string_view content);

 private:
  AlignedText(std::string text, std::vector<Range> origins, Range origin);
  Range origin_before(std::size_t at) const;

  std::string text_;
  std::vector<Range> origins_;  // of each byte of text_
  Range origin_;
};

}  // namespace dynamo::text
