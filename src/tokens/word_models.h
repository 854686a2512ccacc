#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

#include "tokens/model.h"

// The two models that look words up in a list.

namespace dynamo::tokens {

struct WordPieceOptions {
  std::string unknown = "[UNK]";
  std::string continuing_prefix = "##";  // before every token of a word but the first
  std::size_t max_characters = 100;      // longer words are unknown
};

/// The longest token that the word begins with, then the longest that the rest begins with, and so on. A word
/// that cannot be cut up to its end is unknown as a whole. Time: linear in the word, times the square of the
/// longest token at worst.
class WordPiece final : public Model {
 public:
  /// Errors: invalid, naming the field of a tokenizer.json.
  static Result<std::unique_ptr<const WordPiece>> build(Vocabulary vocabulary, WordPieceOptions options);

  void tokenize(std::string_view word, std::vector<Piece>& pieces) const override;
  const Vocabulary& vocabulary() const override { return vocabulary_; }

 private:
  WordPiece(Vocabulary vocabulary, WordPieceOptions options, TokenId unknown);
  bool cut(std::string_view word, std::vector<Piece>& pieces) const;
  std::optional<Piece> longest(std::string_view word, std::size_t begin) const;

  Vocabulary vocabulary_;
  WordPieceOptions options_;
  TokenId unknown_id_;
  std::size_t longest_token_;  // bytes
};

/// A word is a token, or unknown.
class WordLevel final : public Model {
 public:
  /// Errors: invalid, naming the field of a tokenizer.json.
  static Result<std::unique_ptr<const WordLevel>> build(Vocabulary vocabulary, std::string_view unknown);

  void tokenize(std::string_view word, std::vector<Piece>& pieces) const override;
  const Vocabulary& vocabulary() const override { return vocabulary_; }

 private:
  WordLevel(Vocabulary vocabulary, TokenId unknown);

  Vocabulary vocabulary_;
  TokenId unknown_id_;
};

}  // namespace dynamo::tokens
