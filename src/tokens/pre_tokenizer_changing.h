#pragma once

#include "tokens/pre_tokenizer.h"
#include "tokens/pre_tokenizer_cutting.h"

// The two pre-tokenizers that change the text as well as cutting it.

namespace dynamo::tokens {

/// Cuts a text into GPT-2's words, or not at all, and writes their bytes in the alphabet of byte-level
/// models.
class ByteLevel final : public PreTokenizer {
 public:
  /// `words` cuts; without it pieces stay whole.
  ByteLevel(bool add_prefix_space, std::optional<CutAtMatches> words);

  Result<void> split(std::vector<text::AlignedText>& pieces) const override;
  Result<void> split(PlainPieces& pieces) const override;
  const ByteWords* byte_words() const override { return byte_words_ ? &*byte_words_ : nullptr; }

 private:
  bool lacks_space(std::string_view piece) const { return add_prefix_space_ && !piece.starts_with(' '); }

  bool add_prefix_space_;
  std::optional<CutAtMatches> words_;
  std::optional<ByteWords> byte_words_;
};

/// Writes each space as a visible mark, puts one in front, and cuts before the marks.
class Metaspace final : public PreTokenizer {
 public:
  enum class Prepend : std::uint8_t { first, never, always };

  Metaspace(char32_t mark, Prepend prepend, bool cuts);

  Result<void> split(std::vector<text::AlignedText>& pieces) const override;
  Result<void> split(PlainPieces& pieces) const override;
  bool needs_origins() const override { return prepend_ == Prepend::first; }

 private:
  /// Whether a mark goes in front of `piece`, which does not begin with a space.
  bool prepends(std::string_view piece, bool at_start) const;
  /// Appends `text` with marks for spaces.
  void append_marked(std::string_view text, std::string& out) const;
  /// Appends to `parts` what lies between the places before marks, or all of `text` where that is not wanted.
  void cut(std::string_view text, std::vector<text::Range>& parts) const;

  std::string mark_;
  Prepend prepend_;
  bool cuts_;
};

}  // namespace dynamo::tokens
