#pragma once

#include <memory>
#include <string>

#include "base/error.h"
#include "base/json.h"

#include "text/aligned_text.h"

namespace dynamo::tokens {

/// Rewrites a text before it is cut into words: the `normalizer` of a tokenizer.json.
/// Immutable after loading; any thread may use one. Time is linear in the text.
class Normalizer {
 public:
  virtual ~Normalizer() = default;

  /// Rewrites `text` and keeps track of where each byte came from. The library cuts a normalized text
  /// anew even when nothing is cut off, so that its origin() is where its first character comes from:
  /// callers do the same, `text = text.slice({0, size})`, before they hand it to a pre-tokenizer.
  /// Errors: too_large where a pattern gives up (text/finder.h) and where the text becomes far too long
  /// (text/growth.h); `text` is then of no use.
  virtual Result<void> apply(text::AlignedText& text) const = 0;
  /// Rewrites `text`, which must be valid UTF-8 (text/utf8.h). Touches nothing where nothing changes.
  /// Errors: the same.
  virtual Result<void> apply(std::string& text) const = 0;
  /// As of Tokenizer::searches_patterns.
  virtual bool searches_patterns() const { return false; }

  /// Reads the value of `normalizer`; null for a JSON null, which means: texts stay as they are.
  /// Errors: unsupported for a type that is not known, invalid for a definition that is broken.
  static Result<std::unique_ptr<const Normalizer>> load(const json::value& definition);
};

}  // namespace dynamo::tokens
