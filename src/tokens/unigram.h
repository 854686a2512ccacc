#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "base/error.h"

#include "tokens/model.h"
#include "tokens/trie.h"

namespace dynamo::tokens {

struct UnigramOptions {
  std::optional<TokenId> unknown;  // the id for characters that no token covers
  bool byte_fallback = false;      // what would be unknown becomes tokens <0x00> to <0xFF>, one for each byte
};

/// The sequence of tokens whose scores sum up highest (Viterbi). Unknown characters side by side are one
/// token.
class Unigram final : public Model {
 public:
  /// `scores[id]` belongs to the token `id`; ids have no holes. Errors: invalid, naming the field;
  /// unsupported.
  static Result<std::unique_ptr<const Unigram>> build(Vocabulary vocabulary, std::vector<double> scores,
                                                      UnigramOptions options);

  void tokenize(std::string_view word, std::vector<Piece>& pieces) const override;
  /// An unknown stretch is shown as itself.
  std::string_view shown(const Piece& piece, std::string_view word) const override;
  const Vocabulary& vocabulary() const override { return vocabulary_; }

 private:
  /// The best way to get to a byte of the word: by which token, from where.
  struct Arrival {
    TokenId id = 0;
    std::uint32_t from = kNowhere;
    double score = 0;
  };
  static constexpr std::uint32_t kNowhere = ~0U;

  Unigram(Vocabulary vocabulary, std::vector<double> scores, UnigramOptions options);
  Result<void> check() const;
  Result<void> index_tokens();
  bool covers_byte_alphabet() const;
  std::vector<Arrival> best_arrivals(std::string_view word) const;
  void append(std::string_view word, Piece piece, std::vector<Piece>& pieces) const;

  Vocabulary vocabulary_;
  std::vector<double> scores_;
  UnigramOptions options_;
  Trie trie_;
  double unknown_score_ = 0;
  std::array<std::optional<TokenId>, 256> byte_ids_;
};

}  // namespace dynamo::tokens
