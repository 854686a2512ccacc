#include "tokens/word_models.h"

#include "text/code_point.h"
#include "text/utf8.h"

namespace dynamo::tokens {
namespace {

Result<TokenId> unknown_id(const Vocabulary& vocabulary, std::string_view token) {
  if (const auto id = vocabulary.id(token)) return *id;
  return fail(Errc::invalid,
              fmt::format("model.unk_token \"{}\" is not in model.vocab; add it, as unknown words "
                          "become this token",
                          token));
}

std::size_t longest_token(const Vocabulary& vocabulary) {
  std::size_t longest = 0;
  for (TokenId id = 0; id < vocabulary.id_limit(); ++id)
    longest = std::max(longest, vocabulary.token(id).value_or("").size());
  return longest;
}

Span whole(std::string_view word) { return {0, static_cast<std::uint32_t>(word.size())}; }

}  // namespace

WordPiece::WordPiece(Vocabulary vocabulary, WordPieceOptions options, TokenId unknown)
    : vocabulary_(std::move(vocabulary)),
      options_(std::move(options)),
      unknown_id_(unknown),
      longest_token_(longest_token(vocabulary_)) {}

Result<std::unique_ptr<const WordPiece>> WordPiece::build(Vocabulary vocabulary, WordPieceOptions options) {
  const auto unknown = unknown_id(vocabulary, options.unknown);
  if (!unknown) return std::unexpected(unknown.error());
  vocabulary.shrink();
  return std::unique_ptr<const WordPiece>(new WordPiece(std::move(vocabulary), std::move(options), *unknown));
}

/// The longest token at byte `begin` of `word`.
std::optional<Piece> WordPiece::longest(std::string_view word, std::size_t begin) const {
  std::string written(begin > 0 ? std::string_view(options_.continuing_prefix) : std::string_view{});
  const std::size_t prefix = written.size();
  if (prefix >= longest_token_) return std::nullopt;
  written += word.substr(begin, longest_token_ - prefix);
  for (std::size_t size = written.size() - prefix; size > 0;
       size = text::code_point_before(word, begin + size) - begin) {
    const auto id = vocabulary_.id(std::string_view(written).substr(0, prefix + size));
    if (id) return Piece{*id, {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(begin + size)}};
  }
  return std::nullopt;
}

/// False, with `pieces` as they were, when no token fits somewhere.
bool WordPiece::cut(std::string_view word, std::vector<Piece>& pieces) const {
  const std::size_t before = pieces.size();
  for (std::size_t at = 0; at < word.size();) {
    const auto piece = longest(word, at);
    if (!piece) {
      pieces.resize(before);
      return false;
    }
    pieces.push_back(*piece);
    at = piece->span.end;
  }
  return true;
}

void WordPiece::tokenize(std::string_view word, std::vector<Piece>& pieces) const {
  if (text::count_characters(word) > options_.max_characters || !cut(word, pieces)) {
    pieces.push_back({unknown_id_, whole(word)});
  }
}

WordLevel::WordLevel(Vocabulary vocabulary, TokenId unknown)
    : vocabulary_(std::move(vocabulary)), unknown_id_(unknown) {}

Result<std::unique_ptr<const WordLevel>> WordLevel::build(Vocabulary vocabulary, std::string_view unknown) {
  const auto id = unknown_id(vocabulary, unknown);
  if (!id) return std::unexpected(id.error());
  vocabulary.shrink();
  return std::unique_ptr<const WordLevel>(new WordLevel(std::move(vocabulary), *id));
}

void WordLevel::tokenize(std::string_view word, std::vector<Piece>& pieces) const {
  pieces.push_back({vocabulary_.id(word).value_or(unknown_id_), whole(word)});
}

}  // namespace dynamo::tokens
