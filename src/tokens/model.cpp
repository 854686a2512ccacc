#include "tokens/model.h"

namespace dynamo::tokens {

void Model::encode(std::string_view word, std::vector<TokenId>& ids) const {
  std::vector<Piece> pieces;
  tokenize(word, pieces);
  for (const Piece& piece : pieces) ids.push_back(piece.id);
}

std::string_view Model::shown(const Piece& piece, std::string_view /*word*/) const {
  return vocabulary().token(piece.id).value_or(std::string_view{});
}

}  // namespace dynamo::tokens
