#include "tokens/byte_bpe.h"

#include "text/utf8.h"
#include "tokens/byte_alphabet.h"

namespace dynamo::tokens {
namespace {

constexpr std::size_t kCacheBytes = 4U << 20;

/// Up to four bytes as one number; characters and beginnings of characters all get different ones.
std::uint32_t packed(std::string_view bytes) {
  std::uint32_t word = 0;
  for (const char byte : bytes) word = word << 8 | static_cast<unsigned char>(byte);
  return word;
}

/// Stands for all stretches of bytes that continue a character and end with this one.
std::uint32_t packed_rest(char last) { return 0xFFFFFF00U | static_cast<unsigned char>(last); }

std::size_t border(std::string_view left, std::string_view right) {
  return static_cast<unsigned char>(left.back()) * std::size_t{256} +
         static_cast<unsigned char>(right.front());
}

/// Where the character begins that `token` ends with; its size when there is no beginning of one.
std::size_t last_lead(std::string_view token) {
  for (std::size_t at = token.size(); at-- > 0;) {
    if (!text::is_continuation(token[at])) return at;
  }
  return token.size();
}

}  // namespace

ByteCuts::ByteCuts(const RawTokens& tokens, std::span<const Merge> rules) : joins_(rules.size()) {
  for (const Merge& rule : rules) {
    const std::string_view left = tokens[rule.left];
    const std::string_view right = tokens[rule.right];
    if (!left.empty() && !right.empty()) add(left, right);
  }
}

/// Tokens that meet inside of a character, or with one cut off between them, do not matter: cuts lie between
/// whole characters.
void ByteCuts::add(std::string_view left, std::string_view right) {
  if (text::is_continuation(right.front())) return;
  const std::string_view first = right.substr(0, text::sequence_size(right.front()));
  const bool cut_right = first.size() < text::sequence_size(right.front());
  const std::size_t lead = last_lead(left);
  if (lead == left.size()) {
    joins_.add(packed_rest(left.back()), static_cast<unsigned char>(right.front()));
    partial_.set(border(left, right));
  } else if (text::sequence_size(left[lead]) == left.size() - lead) {
    joins_.add(packed(left.substr(lead)), packed(first));
    if (cut_right) partial_.set(border(left, right));
  }
}

/// Whether a rule may join what ends with the character `left` to what begins with the character `right`. A
/// token may hold only the end of `left`, or only the beginning of `right`.
bool ByteCuts::may_join(std::string_view left, std::string_view right) const {
  const std::uint32_t last = packed(left);
  if (joins_.may_hold(last, packed(right))) return true;
  if (!partial_[border(left, right)]) return false;
  for (std::size_t size = 1; size < right.size(); ++size) {
    if (joins_.may_hold(last, packed(right.substr(0, size)))) return true;
  }
  return left.size() > 1 &&
         joins_.may_hold(packed_rest(left.back()), static_cast<unsigned char>(right.front()));
}

std::size_t ByteCuts::next(std::string_view word, std::size_t begin) const {
  std::string_view left = word.substr(begin, text::sequence_size(word[begin]));
  for (std::size_t at = begin + left.size(); at < word.size();) {
    const std::string_view right = word.substr(at, text::sequence_size(word[at]));
    if (!may_join(left, right)) return at;
    at += right.size();
    left = right;
  }
  return word.size();
}

std::unique_ptr<const ByteBpe> ByteBpe::make(const Bpe& model) {
  if (!model.options().continuing_prefix.empty() || !model.options().end_suffix.empty()) return nullptr;
  std::array<TokenId, 256> ids{};
  for (std::size_t byte = 0; byte < ids.size(); ++byte) {
    const char raw = static_cast<char>(byte);
    std::string visible;
    append_visible({&raw, 1}, visible);
    const auto id = model.vocabulary().id(visible);
    if (!id) return nullptr;
    ids[byte] = *id;
  }
  const RawTokens tokens(model.vocabulary());
  return std::unique_ptr<const ByteBpe>(new ByteBpe(model, tokens, ids));
}

ByteBpe::ByteBpe(const Bpe& model, const RawTokens& tokens, const std::array<TokenId, 256>& byte_ids)
    : model_(model),
      characters_(model, tokens, byte_ids),
      cuts_(tokens, model.merges().rules()),
      cache_(kCacheBytes) {}

void ByteBpe::encode(std::string_view word, std::vector<TokenId>& ids) const {
  if (!recall(word, Kind::word, ids)) encode_new(word, ids);
}

bool ByteBpe::recall(std::string_view word, Kind kind, std::vector<TokenId>& ids) const {
  if (word.size() > WordCache::kMaxWord) return false;
  std::array<TokenId, WordCache::kMaxIds> known;
  const std::size_t count = cache_.find({word, static_cast<std::uint8_t>(kind)}, known.data());
  ids.insert(ids.end(), known.begin(), known.begin() + count);
  return count > 0;
}

void ByteBpe::remember(std::string_view word, Kind kind, std::span<const TokenId> ids) const {
  if (word.size() > WordCache::kMaxWord) return;
  cache_.insert({word, static_cast<std::uint8_t>(kind)}, ids.data(), ids.size());
}

std::optional<TokenId> ByteBpe::whole_token(std::string_view word) const {
  if (!model_.options().ignore_merges) return std::nullopt;
  std::string visible;
  append_visible(word, visible);
  return model_.vocabulary().id(visible);
}

void ByteBpe::encode_new(std::string_view word, std::vector<TokenId>& ids) const {
  const std::size_t before = ids.size();
  if (const auto whole = whole_token(word)) {
    ids.push_back(*whole);
    return remember(word, Kind::word, std::span(ids).subspan(before));
  }
  std::size_t end = cuts_.next(word, 0);
  if (end == word.size()) {
    merge(word, ids);
    return remember(word, Kind::word, std::span(ids).subspan(before));
  }
  for (std::size_t begin = 0; begin < word.size(); begin = end) {
    end = cuts_.next(word, begin);
    encode_part(word.substr(begin, end - begin), ids);
  }
}

/// A part of a word is not a word where whole words are looked up in the vocabulary.
void ByteBpe::encode_part(std::string_view part, std::vector<TokenId>& ids) const {
  const Kind kind = model_.options().ignore_merges ? Kind::part : Kind::word;
  if (recall(part, kind, ids)) return;
  const std::size_t before = ids.size();
  merge(part, ids);
  remember(part, kind, std::span(ids).subspan(before));
}

void ByteBpe::merge(std::string_view part, std::vector<TokenId>& ids) const {
  std::array<Symbol, 2 * Merges::kShort> few;
  std::vector<Symbol> many(part.size() > few.size() ? part.size() : 0);
  Symbol* const symbols = many.empty() ? few.data() : many.data();
  const std::size_t size = characters_.split(part, symbols);
  const std::size_t left = model_.merges().apply({symbols, size});
  for (std::size_t i = 0; i < left; ++i) ids.push_back(symbols[i].id);
}

}  // namespace dynamo::tokens
