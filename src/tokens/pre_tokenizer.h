#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"

#include "text/aligned_text.h"
#include "text/word_matcher.h"

namespace dynamo::tokens {

/// A text and the pieces it was cut into, without memory of where they came from: for ids only.
struct PlainPieces {
  std::string text;                 // valid UTF-8
  std::vector<text::Range> pieces;  // of text, in order; what lies between two of them is dropped
  bool at_start = true;             // the first piece begins with the first byte of the whole input
};

/// How a pre-tokenizer that a byte-level model may use directly cuts a text: into the words of `matcher`,
/// which cover all of it. The alphabet of byte-level models is left out: the bytes are the raw ones.
struct ByteWords {
  text::WordMatcher matcher = nullptr;  // null: the whole piece is one word
  bool add_prefix_space = false;        // a piece that does not begin with a space gets one

  bool lacks_space(std::string_view piece) const { return add_prefix_space && !piece.starts_with(' '); }
};

/// Cuts a text into words, within which the model then looks for tokens: the `pre_tokenizer` of a
/// tokenizer.json. Immutable after loading; any thread may use one. Time is linear in the text.
class PreTokenizer {
 public:
  virtual ~PreTokenizer() = default;

  /// Puts the parts of each piece in its place; empty parts are dropped.
  /// Errors: too_large where a pattern gives up (text/finder.h); `pieces` are then of no use.
  virtual Result<void> split(std::vector<text::AlignedText>& pieces) const = 0;
  /// The same for ids only.
  virtual Result<void> split(PlainPieces& pieces) const = 0;

  /// Set when split() does no more than what ByteWords says, and then turns bytes into the byte-level
  /// alphabet. Lives as long as the pre-tokenizer.
  virtual const ByteWords* byte_words() const { return nullptr; }
  /// True when the outcome depends on where in the whole input a piece begins. Behind a normalizer that
  /// may remove the beginning, only split(std::vector<AlignedText>&) knows that.
  virtual bool needs_origins() const { return false; }
  /// As of Tokenizer::searches_patterns.
  virtual bool searches_patterns() const { return false; }

  /// Reads the value of `pre_tokenizer`; null for a JSON null, which means: pieces stay whole.
  /// Errors: unsupported for a type that is not known, invalid for a definition that is broken.
  static Result<std::unique_ptr<const PreTokenizer>> load(const json::value& definition);
};

}  // namespace dynamo::tokens
