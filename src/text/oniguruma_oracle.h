#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "text/aligned_text.h"

// Oniguruma itself, for tests to compare with.

namespace dynamo::text {

/// A pattern of Oniguruma in its default syntax, as the `tokenizers` library makes it.
class OnigurumaPattern {
 public:
  explicit OnigurumaPattern(std::string_view source);
  OnigurumaPattern(const OnigurumaPattern&) = delete;
  OnigurumaPattern& operator=(const OnigurumaPattern&) = delete;
  ~OnigurumaPattern();

  /// Why it is not a pattern; empty where it is one.
  const std::string& error() const { return error_; }
  std::optional<Range> find(std::string_view text, std::size_t from) const;

 private:
  void* regex_ = nullptr;
  std::string error_;
};

}  // namespace dynamo::text
