#include "tokens/bpe.h"

#include "text/code_point.h"
#include "text/utf8.h"

namespace dynamo::tokens {

Result<Merge> Bpe::rule(const Vocabulary& vocabulary, std::string_view left, std::string_view right,
                        std::size_t prefix_size) {
  const auto missing = [&](std::string_view token) {
    return fail(Errc::invalid,
                fmt::format("model.merges joins \"{}\" and \"{}\", but \"{}\" is not in model.vocab", left,
                            right, token));
  };
  const auto left_id = vocabulary.id(left);
  if (!left_id) return missing(left);
  const auto right_id = vocabulary.id(right);
  if (!right_id) return missing(right);
  if (right.size() < prefix_size) {
    return fail(Errc::invalid,
                fmt::format("model.merges: \"{}\" is shorter than continuing_subword_prefix", right));
  }
  std::string joined(left);
  joined += right.substr(prefix_size);
  const auto merged = vocabulary.id(joined);
  if (!merged) return missing(joined);
  return Merge{*left_id, *right_id, *merged};
}

Bpe::Bpe(Vocabulary vocabulary, Merges merges, BpeOptions options)
    : vocabulary_(std::move(vocabulary)), merges_(std::move(merges)), options_(std::move(options)) {}

Result<std::unique_ptr<const Bpe>> Bpe::build(Vocabulary vocabulary, std::span<const Merge> rules,
                                              BpeOptions options) {
  auto merges = Merges::build(rules, options.order);
  if (!merges) return context("model.merges", merges.error());
  vocabulary.shrink();
  std::unique_ptr<Bpe> model(new Bpe(std::move(vocabulary), std::move(*merges), std::move(options)));
  if (auto found = model->find_special_ids(); !found) return std::unexpected(found.error());
  model->find_cuts(rules);
  return model;
}

Result<void> Bpe::find_special_ids() {
  if (options_.unknown) {
    unknown_id_ = vocabulary_.id(*options_.unknown);
    if (!unknown_id_) {
      return fail(Errc::invalid,
                  fmt::format("model.unk_token \"{}\" is not in model.vocab; add it, or set unk_token "
                              "to null to leave unknown characters out",
                              *options_.unknown));
    }
  }
  if (!options_.byte_fallback) return {};
  for (unsigned byte = 0; byte < 256; ++byte)
    byte_ids_[byte] = vocabulary_.id(fmt::format("<0x{:02X}>", byte));
  return {};
}

/// Whether a rule takes a token that stands for something else than its own text.
bool Bpe::merges_special(std::span<const Merge> rules) const {
  std::vector<bool> special(vocabulary_.id_limit());
  if (unknown_id_) special[*unknown_id_] = true;
  for (const auto& id : byte_ids_) {
    if (id) special[*id] = true;
  }
  return std::ranges::any_of(rules,
                             [&](const Merge& rule) { return special[rule.left] || special[rule.right]; });
}

/// A rule can join two tokens only where the left one's last character meets the right one's first. All such
/// meetings are collected; where two other characters meet, no merge ever crosses.
void Bpe::find_cuts(std::span<const Merge> rules) {
  if (!options_.continuing_prefix.empty() || !options_.end_suffix.empty() || merges_special(rules)) return;
  JoinFilter joins(rules.size());
  for (const Merge& rule : rules) {
    const std::string_view left = *vocabulary_.token(rule.left);
    const std::string_view right = *vocabulary_.token(rule.right);
    if (left.empty() || right.empty()) continue;
    const auto last = vocabulary_.id(left.substr(text::code_point_before(left, left.size())));
    const auto first = vocabulary_.id(right.substr(0, text::sequence_size(right.front())));
    if (last && first) joins.add(*last, *first);
  }
  joins_ = std::move(joins);
}

/// The id of one character of a word; `written` becomes the character as the vocabulary writes it there.
std::optional<TokenId> Bpe::character_id(std::string_view word, Span character, std::string& written) const {
  written.clear();
  if (character.begin > 0) written += options_.continuing_prefix;
  written += slice(word, character);
  if (character.end == word.size()) written += options_.end_suffix;
  return vocabulary_.id(written);
}

/// Appends a token for each byte of `written`; nothing when one of them has none.
bool Bpe::fall_back(std::string_view written, std::vector<Symbol>& symbols) const {
  if (!options_.byte_fallback) return false;
  for (const char byte : written) {
    if (!byte_ids_[static_cast<unsigned char>(byte)]) return false;
  }
  for (const char byte : written) symbols.push_back({*byte_ids_[static_cast<unsigned char>(byte)], 1});
  return true;
}

/// The word's characters as symbols. An unknown character waits, to be fused with the next one, until a known
/// one comes; tokens of the byte fallback overtake it, as they do in the library.
std::vector<Symbol> Bpe::split(std::string_view word) const {
  std::vector<Symbol> symbols;
  symbols.reserve(word.size());
  std::optional<Symbol> unknown;
  const auto flush = [&] {
    if (unknown) symbols.push_back(*std::exchange(unknown, std::nullopt));
  };
  std::string written;
  for (std::size_t at = 0; at < word.size();) {
    const auto size = static_cast<std::uint32_t>(std::min(text::sequence_size(word[at]), word.size() - at));
    const auto begin = static_cast<std::uint32_t>(at);
    at += size;
    if (const auto id = character_id(word, {begin, begin + size}, written)) {
      flush();
      symbols.push_back({*id, size});
      continue;
    }
    if (fall_back(written, symbols) || !unknown_id_) continue;
    if (unknown && options_.fuse_unknown) {
      unknown->size += size;
      continue;
    }
    flush();
    unknown = Symbol{*unknown_id_, size};
  }
  flush();
  return symbols;
}

std::vector<Symbol> Bpe::symbols_of(std::string_view word) const {
  if (options_.ignore_merges) {
    if (const auto id = vocabulary_.id(word)) return {{*id, static_cast<std::uint32_t>(word.size())}};
  }
  std::vector<Symbol> symbols = split(word);
  std::size_t kept = 0;
  for (std::size_t begin = 0; begin < symbols.size();) {
    std::size_t end = begin + 1;
    while (end < symbols.size() && (!joins_ || joins_->may_hold(symbols[end - 1].id, symbols[end].id))) ++end;
    const std::size_t left = merges_.apply({symbols.data() + begin, end - begin});
    std::copy_n(symbols.begin() + static_cast<std::ptrdiff_t>(begin), left,
                symbols.begin() + static_cast<std::ptrdiff_t>(kept));
    kept += left;
    begin = end;
  }
  symbols.resize(kept);
  return symbols;
}

void Bpe::tokenize(std::string_view word, std::vector<Piece>& pieces) const {
  std::uint32_t at = 0;
  for (const Symbol& symbol : symbols_of(word)) {
    pieces.push_back({symbol.id, {at, at + symbol.size}});
    at += symbol.size;
  }
}

void Bpe::encode(std::string_view word, std::vector<TokenId>& ids) const {
  for (const Symbol& symbol : symbols_of(word)) ids.push_back(symbol.id);
}

}  // namespace dynamo::tokens
