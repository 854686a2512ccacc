#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "tokens/bpe.h"

namespace dynamo::tokens {

/// The tokens of a byte-level vocabulary as the bytes they stand for.
class RawTokens {
 public:
  explicit RawTokens(const Vocabulary& vocabulary);
  /// Empty for a token that is not written in the byte-level alphabet.
  std::string_view operator[](TokenId id) const { return slice(bytes_, spans_[id]); }
  TokenId size() const { return static_cast<TokenId>(spans_.size()); }

 private:
  std::string bytes_;
  std::vector<Span> spans_;  // by id
};

/// Characters of a byte-level model whose bytes have become one token before anything beside them can
/// interfere, so that merging may begin with that token instead of the bytes. All merges inside of such a
/// character have a rank of at most its own; no rule of a smaller rank takes a part of the character across
/// its border, and none takes the whole character. A step merges the least rank there is, and as long as the
/// character is not whole, one of at most its own is there: whatever happens beside it happens in the same
/// order with the character whole from the start.
class ByteCharacters {
 public:
  ByteCharacters(const Bpe& model, const RawTokens& tokens, const std::array<TokenId, 256>& byte_ids);

  /// The symbols that merging `word` may begin with, at most one for each byte; gives their number.
  std::size_t split(std::string_view word, Symbol* symbols) const;

 private:
  struct Whole {
    TokenId id = 0;
    Merges::Rank rank =
        Merges::kNone;  // the largest merged inside; kNone where the character is not one token
  };
  static constexpr std::size_t kPlane = 0x10000;  // characters of up to three bytes
  using Borders = std::vector<Merges::Rank>;      // by the bytes on both sides of a border, the least rank

  Whole merge_alone(std::string_view character) const;
  void find_whole(const RawTokens& tokens);
  void find_borders(const RawTokens& tokens);
  void keep_if_after(std::string_view token, Merges::Rank rank);
  bool is_whole(std::string_view word, std::size_t begin, std::size_t end, Merges::Rank rank) const;

  const Bpe& model_;
  std::array<TokenId, 256> byte_ids_;
  std::vector<Whole> whole_;  // by code point
  Borders before_;            // of rules that take only the beginning of what follows the border
  Borders behind_;            // of rules that take only the end of what precedes it
};

}  // namespace dynamo::tokens
