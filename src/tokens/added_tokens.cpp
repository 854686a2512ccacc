#include "tokens/added_tokens.h"

#include "text/classes.h"
#include "text/code_point.h"

namespace dynamo::tokens {
namespace {

/// Two invisible characters that join others count as parts of a word.
bool is_word(char32_t code) { return text::is_word(code) || code == 0x200C || code == 0x200D; }

bool begins_with_word(std::string_view text) {
  return !text.empty() && is_word(text::code_point_at(text, 0).code);
}

bool ends_with_word(std::string_view text) {
  return !text.empty() && is_word(text::code_point_at(text, text::code_point_before(text, text.size())).code);
}

std::size_t space_begin(std::string_view text, std::size_t end, std::size_t least) {
  while (end > least) {
    const std::size_t before = text::code_point_before(text, end);
    if (!text::is_white_space(text::code_point_at(text, before).code)) break;
    end = before;
  }
  return std::max(end, least);
}

std::size_t space_end(std::string_view text, std::size_t begin) {
  while (begin < text.size()) {
    const auto [code, size] = text::code_point_at(text, begin);
    if (!text::is_white_space(code)) break;
    begin += size;
  }
  return begin;
}

Span span(std::size_t begin, std::size_t end) {
  return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
}

}  // namespace

Result<void> TokenFinder::add(std::string_view text, TokenId id) {
  if (text.empty()) return fail(Errc::invalid, "an added token is empty once it is normalized; remove it");
  if (!trie_.add(text, id)) {
    return fail(Errc::invalid,
                fmt::format("two added tokens read \"{}\" once they are normalized; remove one", text));
  }
  begins_[static_cast<unsigned char>(text.front())] = true;
  empty_ = false;
  return {};
}

std::optional<TokenFinder::Found> TokenFinder::longest_at(std::string_view text, std::size_t at) const {
  std::optional<Found> found;
  Trie::Node node = Trie::kRoot;
  for (std::size_t end = at; end < text.size();) {
    node = trie_.step(node, text[end++]);
    if (node == Trie::kNone) break;
    if (trie_.value(node) != Trie::kNone) found = Found{at, end, trie_.value(node)};
  }
  return found;
}

std::optional<TokenFinder::Found> TokenFinder::find(std::string_view text, std::size_t from) const {
  for (; from < text.size(); ++from) {
    if (!begins_[static_cast<unsigned char>(text[from])]) continue;
    if (const auto found = longest_at(text, from)) return found;
  }
  return std::nullopt;
}

Result<AddedTokens> AddedTokens::build(const std::vector<AddedToken>& listed, const Vocabulary& model,
                                       const Normalizer* normalizer) {
  AddedTokens tokens;
  tokens.next_id_ = model.size();
  for (const AddedToken& token : listed) {
    if (token.content.empty()) continue;
    if (auto added = tokens.add(token, model, normalizer); !added) {
      return context("added_tokens", std::move(added.error()));
    }
  }
  if (auto checked = tokens.check_white_space(); !checked) return context("added_tokens", checked.error());
  if (auto indexed = tokens.index(); !indexed) return context("added_tokens", indexed.error());
  tokens.note_other_ids(listed);
  return tokens;
}

TokenId AddedTokens::give_id(const AddedToken& token, const Vocabulary& model) {
  if (token.id) return *token.id;
  if (const auto known = ids_.find(token.content); known != ids_.end()) return known->second;
  if (const auto known = model.id(token.content)) return *known;
  return static_cast<TokenId>(next_id_++);
}

Result<void> AddedTokens::add(const AddedToken& token, const Vocabulary& model,
                              const Normalizer* normalizer) {
  const TokenId id = give_id(token, model);
  if (auto checked = check_id(token, id, model); !checked) return checked;
  Entry entry{token, token.content, false};
  if (token.normalized && normalizer != nullptr) {
    if (auto applied = normalizer->apply(entry.shown); !applied) return applied;
  }
  if (token.special) special_.insert(token.content);
  ids_[token.content] = id;
  entries_.insert_or_assign(id, std::move(entry));
  id_limit_ = std::max(id_limit_, std::size_t{id} + 1);
  return {};
}

/// An id that was given may not be that of another token. Those that are counted may, as in the library.
Result<void> AddedTokens::check_id(const AddedToken& token, TokenId id, const Vocabulary& model) const {
  if (id > kMaxTokenId) {
    return fail(Errc::unsupported, fmt::format("\"{}\" has id {}; ids beyond {} are not supported",
                                               token.content, id, kMaxTokenId));
  }
  if (!token.id) return {};
  const auto entry = entries_.find(id);
  const auto other = entry != entries_.end() ? std::optional<std::string_view>(entry->second.token.content)
                                             : model.token(id);
  if (!other || *other == token.content) return {};
  return fail(Errc::invalid, fmt::format("id {} is given to \"{}\" and to \"{}\"; give each token its own",
                                         id, *other, token.content));
}

/// White space that is a token of its own is found also where another token has taken it along.
Result<void> AddedTokens::check_white_space() const {
  std::array<const Entry*, 2> taking{};  // by `normalized`: those looked for in the same text
  for (const auto& [id, entry] : entries_) {
    if (entry.token.rstrip) taking[entry.token.normalized] = &entry;
  }
  for (const auto& [id, entry] : entries_) {
    if (space_end(entry.shown, 0) != entry.shown.size()) continue;
    if (entry.token.rstrip) {
      return fail(Errc::unsupported,
                  fmt::format("\"{}\" is white space and has rstrip: each of many side by side would "
                              "take all behind it; set rstrip to false",
                              entry.shown));
    }
    const Entry* other = taking[entry.token.normalized];
    if (entry.token.lstrip && other != nullptr) {
      return fail(Errc::unsupported,
                  fmt::format("\"{}\" is white space and has lstrip, \"{}\" has rstrip: the one would take "
                              "back what the other took; set lstrip to false",
                              entry.shown, other->shown));
    }
  }
  return {};
}

void AddedTokens::note_other_ids(const std::vector<AddedToken>& listed) {
  const AddedToken* first = nullptr;
  std::size_t others = 0;
  for (const AddedToken& token : listed) {
    if (!token.claimed_id || token.content.empty() || ids_.at(token.content) == *token.claimed_id) continue;
    if (first == nullptr) {
      first = &token;
    } else {
      ++others;
    }
  }
  if (first == nullptr) return;
  note_ = fmt::format("added token \"{}\" has id {} in the file and is given {}, as the library counts",
                      first->content, *first->claimed_id, ids_.at(first->content));
  if (others > 0) *note_ += fmt::format("; {} more have other ids, too", others);
}

Result<void> AddedTokens::index() {
  for (auto& [id, entry] : entries_) {
    entry.special = special_.contains(entry.shown);
    TokenFinder& finder = entry.token.normalized ? normalized_ : raw_;
    if (auto added = finder.add(entry.shown, id); !added) return added;
  }
  return {};
}

/// What a token found takes of the text, of which `taken` bytes are given away already; nothing when it
/// should stand alone and does not.
std::optional<Span> AddedTokens::extent(const TokenFinder::Found& found, std::string_view text,
                                        std::size_t taken) const {
  const AddedToken& token = entries_.at(found.id).token;
  auto [begin, end, id] = found;
  if (token.single_word && (ends_with_word(text.substr(0, begin)) || begins_with_word(text.substr(end)))) {
    return std::nullopt;
  }
  if (token.lstrip) begin = space_begin(text, begin, taken);
  if (token.rstrip) end = space_end(text, end);
  return span(begin, end);
}

/// A token that should stand alone and does not is passed over with all of its text, as in the library.
void AddedTokens::find(const TokenFinder& finder, std::string_view text,
                       std::vector<AddedMatch>& matches) const {
  std::size_t taken = 0;
  std::size_t from = 0;
  while (const auto found = finder.empty() ? std::nullopt : finder.find(text, from)) {
    from = found->end;
    const auto extent = this->extent(*found, text, taken);
    if (!extent) continue;
    if (taken < extent->begin) matches.push_back({span(taken, extent->begin), std::nullopt});
    matches.push_back({*extent, found->id});
    taken = extent->end;
  }
  if (taken < text.size()) matches.push_back({span(taken, text.size()), std::nullopt});
}

std::optional<TokenId> AddedTokens::id(std::string_view content) const {
  const auto found = ids_.find(std::string(content));
  if (found == ids_.end()) return std::nullopt;
  return found->second;
}

std::optional<std::string_view> AddedTokens::token(TokenId id) const {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return std::nullopt;
  return found->second.shown;
}

bool AddedTokens::special(TokenId id) const {
  const auto found = entries_.find(id);
  return found != entries_.end() && found->second.special;
}

}  // namespace dynamo::tokens
