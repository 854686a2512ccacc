#pragma once

#include <array>
#include <bitset>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "tokens/bpe.h"
#include "tokens/byte_characters.h"
#include "tokens/word_cache.h"

namespace dynamo::tokens {

/// Where a text of characters may be cut so that no merge of a byte-level model ever crosses the cut: between
/// two characters such that no rule joins a token that ends like the one with a token that begins like the
/// other.
class ByteCuts {
 public:
  ByteCuts(const RawTokens& tokens, std::span<const Merge> rules);

  /// End of the stretch of `word` that begins at byte `begin` and has no cut inside.
  std::size_t next(std::string_view word, std::size_t begin) const;

 private:
  void add(std::string_view left, std::string_view right);
  bool may_join(std::string_view left, std::string_view right) const;

  JoinFilter joins_;
  /// By the bytes where two tokens meet: some rule takes only a part of a character there.
  std::bitset<256 * 256> partial_;
};

/// A byte-level BPE on the bytes themselves, without writing them in the visible alphabet first; ids only.
/// The same ids as the model's own.
class ByteBpe {
 public:
  /// For a model whose vocabulary has all 256 characters of the byte-level alphabet, none written differently
  /// at the start or end of words; null for others. `model` must live as long.
  static std::unique_ptr<const ByteBpe> make(const Bpe& model);

  /// Appends the ids of one word of valid UTF-8.
  void encode(std::string_view word, std::vector<TokenId>& ids) const;

 private:
  enum class Kind : std::uint8_t { word, part };

  ByteBpe(const Bpe& model, const RawTokens& tokens, const std::array<TokenId, 256>& byte_ids);
  void encode_new(std::string_view word, std::vector<TokenId>& ids) const;
  void encode_part(std::string_view part, std::vector<TokenId>& ids) const;
  void merge(std::string_view part, std::vector<TokenId>& ids) const;
  std::optional<TokenId> whole_token(std::string_view word) const;
  void remember(std::string_view word, Kind kind, std::span<const TokenId> ids) const;
  bool recall(std::string_view word, Kind kind, std::vector<TokenId>& ids) const;

  const Bpe& model_;
  ByteCharacters characters_;
  ByteCuts cuts_;
  mutable WordCache cache_;
};

}  // namespace dynamo::tokens
