#pragma once

#include <string_view>
#include <vector>

#include "tokens/token.h"
#include "tokens/vocabulary.h"

namespace dynamo::tokens {

/// One token of a word.
struct Piece {
  TokenId id = 0;
  Span span;  // bytes of the word; as the library counts them, so it may reach beyond the word's end
  friend bool operator==(const Piece&, const Piece&) = default;
};

/// The part of a tokenizer that turns one word into tokens. Immutable: any thread may use one.
class Model {
 public:
  virtual ~Model() = default;

  /// Appends the tokens of `word`, which is valid UTF-8 and not empty.
  virtual void tokenize(std::string_view word, std::vector<Piece>& pieces) const = 0;
  /// The same, ids alone.
  virtual void encode(std::string_view word, std::vector<TokenId>& ids) const;
  /// How the library shows `piece` of `word`: as the vocabulary writes it, unless the model says otherwise.
  virtual std::string_view shown(const Piece& piece, std::string_view word) const;

  virtual const Vocabulary& vocabulary() const = 0;
};

}  // namespace dynamo::tokens
