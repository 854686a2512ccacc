#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"

#include "text/pattern.h"
#include "text/range.h"

namespace dynamo::text {

/// Finds every place of a pattern, or of a text taken literally. Immutable; any thread may use one.
class Finder {
 public:
  /// Errors: as of Pattern::compile.
  static Result<Finder> pattern(std::string_view source);
  /// An empty text is found before every character and at the end.
  static Finder literal(std::string_view text);

  /// All matches in order, none overlapping, as the library's iterator finds them: an empty match right
  /// behind another one does not count, and an empty text has no matches.
  /// Errors: too_large where the pattern gives up (text/pattern.h); says which one.
  Result<void> find_all(std::string_view text, std::vector<Range>& matches) const;
  /// Puts `content` in the place of every match. Errors: as of find_all, and too_large where the text would
  /// become far too long (text/growth.h); `text` is as it was then.
  Result<void> replace_all(std::string& text, std::string_view content) const;

  /// Whether it searches for a pattern, which costs up to SearchLimits::for_text steps.
  bool searches_pattern() const { return std::holds_alternative<SourcedPattern>(needle_); }

 private:
  struct SourcedPattern {
    Pattern pattern;
    std::string source;
  };
  using Needle = std::variant<std::string, SourcedPattern>;
  explicit Finder(Needle needle) : needle_(std::move(needle)) {}

  Needle needle_;
};

/// How long a text of `size` bytes is with `content` bytes in the place of each match.
std::size_t replaced_size(std::size_t size, std::span<const Range> matches, std::size_t content);

}  // namespace dynamo::text
