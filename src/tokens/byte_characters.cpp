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

ByteCharacters::ByteCharacters(const Bpe& model, const std::array<TokenId, 256>& byte_ids)
    : model_(model),
      byte_ids_(byte_ids),
      whole_(kPlane),
      before_(256 * 256, Merges::kNone),
      behind_(256 * 256, Merges::kNone) {
  find_whole();
  find_borders(model.merges().rules());
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

void ByteCharacters::find_whole() {
  std::string bytes;
  for (TokenId id = 0; id < model_.vocabulary().id_limit(); ++id) {
    const auto token = model_.vocabulary().token(id);
    if (!token || token->size() > 6) continue;
    bytes.clear();
    if (!append_bytes_of(*token, bytes) || !is_long_character(bytes)) continue;
    whole_[code_point(bytes)] = merge_alone(bytes);
  }
}

/// A rule that takes a whole character may not be earlier than the rules that make it.
void ByteCharacters::keep_if_after(TokenId id, Merges::Rank rank,
                                   const std::vector<std::uint16_t>& characters) {
  Whole& whole = whole_[characters[id]];
  if (characters[id] != 0 && whole.rank != Merges::kNone && rank < whole.rank) whole = {};
}

void ByteCharacters::find_borders(std::span<const Merge> rules) {
  std::vector<std::uint16_t> characters(model_.vocabulary().id_limit());  // by token, 0 for what is none
  for (std::size_t code = 1; code < whole_.size(); ++code) {
    if (whole_[code].rank != Merges::kNone) characters[whole_[code].id] = static_cast<std::uint16_t>(code);
  }
  std::string left;
  std::string right;
  for (const Merge& rule : rules) {
    const Merges::Rank rank = model_.merges().rank(rule.left, rule.right);
    keep_if_after(rule.left, rank, characters);
    keep_if_after(rule.right, rank, characters);
    left.clear();
    right.clear();
    const bool bytes = append_bytes_of(*model_.vocabulary().token(rule.left), left) &&
                       append_bytes_of(*model_.vocabulary().token(rule.right), right);
    if (!bytes || left.empty() || right.empty() || text::is_continuation(right.front())) continue;
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
