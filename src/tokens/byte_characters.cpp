#include "tokens/byte_characters.h"

#include "text/utf8.h"
#include "tokens/byte_alphabet.h"

namespace dynamo::tokens {
namespace {

std::size_t border(char left, char right) {
  return static_cast<unsigned char>(left) * std::size_t{256} + static_cast<unsigned char>(right);
}

/// Whether `bytes` are one character of two or three bytes.
bool is_long_character(std::string_view bytes) {
  return (bytes.size() == 2 || bytes.size() == 3) && text::sequence_size(bytes[0]) == bytes.size() &&
         text::is_valid(bytes);
}

char32_t code_point(std::string_view character) {
  std::size_t at = 0;
  return text::next_character(character, at);
}

void lower(Merges::Rank& rank, Merges::Rank to) { rank = std::min(rank, to); }

}  // namespace

RawTokens::RawTokens(const Vocabulary& vocabulary) : spans_(vocabulary.id_limit()) {
  for (TokenId id = 0; id < size(); ++id) {
    const auto token = vocabulary.token(id);
    const auto begin = static_cast<std::uint32_t>(bytes_.size());
    if (!token || !append_bytes_of(*token, bytes_)) bytes_.resize(begin);
    spans_[id] = {begin, static_cast<std::uint32_t>(bytes_.size())};
  }
}

ByteCharacters::ByteCharacters(const Bpe& model, const RawTokens& tokens,
                               const std::array<TokenId, 256>& byte_ids)
    : model_(model),
      byte_ids_(byte_ids),
      whole_(kPlane),
      before_(256 * 256, Merges::kNone),
      behind_(256 * 256, Merges::kNone) {
  find_whole(tokens);
  find_borders(tokens);
}

/// What becomes of a character's bytes when nothing is beside them.
ByteCharacters::Whole ByteCharacters::merge_alone(std::string_view character) const {
  std::array<TokenId, 3> ids{};
  for (std::size_t i = 0; i < character.size(); ++i)
    ids[i] = byte_ids_[static_cast<unsigned char>(character[i])];
  Merges::Rank largest = 0;
  for (std::size_t size = character.size(); size > 1; --size) {
    const Merges& merges = model_.merges();
    const Merges::Rank first = merges.rank(ids[0], ids[1]);
    const Merges::Rank second = size > 2 ? merges.rank(ids[1], ids[2]) : Merges::kNone;
    const Merges::Rank least = std::min(first, second);
    if (least == Merges::kNone) return {};
    const std::size_t at = first <= second ? 0 : 1;
    ids[at] = merges.merged(least);
    if (at == 0) ids[1] = ids[2];
    largest = std::max(largest, least);
  }
  return {ids[0], largest};
}

void ByteCharacters::find_whole(const RawTokens& tokens) {
  for (TokenId id = 0; id < tokens.size(); ++id) {
    if (is_long_character(tokens[id])) whole_[code_point(tokens[id])] = merge_alone(tokens[id]);
  }
}

/// A rule that takes a whole character may not be earlier than the rules that make it.
void ByteCharacters::keep_if_after(std::string_view token, Merges::Rank rank) {
  if (!is_long_character(token)) return;
  Whole& whole = whole_[code_point(token)];
  if (rank < whole.rank) whole = {};
}

void ByteCharacters::find_borders(const RawTokens& tokens) {
  for (const Merge& rule : model_.merges().rules()) {
    const Merges::Rank rank = model_.merges().rank(rule.left, rule.right);
    const std::string_view left = tokens[rule.left];
    const std::string_view right = tokens[rule.right];
    keep_if_after(left, rank);
    keep_if_after(right, rank);
    if (left.empty() || right.empty() || text::is_continuation(right.front())) continue;
    const std::size_t at = border(left.back(), right.front());
    if (right.size() < text::sequence_size(right.front())) lower(before_[at], rank);
    if (std::ranges::all_of(left, text::is_continuation)) lower(behind_[at], rank);
  }
}

bool ByteCharacters::is_whole(std::string_view word, std::size_t begin, std::size_t end,
                              Merges::Rank rank) const {
  if (rank == Merges::kNone) return false;
  if (begin > 0 && before_[border(word[begin - 1], word[begin])] < rank) return false;
  return end == word.size() || behind_[border(word[end - 1], word[end])] >= rank;
}

std::size_t ByteCharacters::split(std::string_view word, Symbol* symbols) const {
  Symbol* next = symbols;
  for (std::size_t at = 0; at < word.size();) {
    const std::size_t size = text::sequence_size(word[at]);
    if (size == 2 || size == 3) {
      std::size_t end = at;
      const Whole whole = whole_[text::next_character(word, end)];
      if (is_whole(word, at, end, whole.rank)) {
        *next++ = {whole.id, static_cast<std::uint32_t>(size)};
        at = end;
        continue;
      }
    }
    for (std::size_t i = 0; i < size; ++i, ++at)
      *next++ = {byte_ids_[static_cast<unsigned char>(word[at])], 1};
  }
  return static_cast<std::size_t>(next - symbols);
}

}  // namespace dynamo::tokens
