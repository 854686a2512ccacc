#include "tokens/vocabulary.h"

#include "tokens/hash.h"

namespace dynamo::tokens {
namespace {

constexpr std::size_t kMaxTextBytes = 1U << 30;

std::uint32_t short_hash(std::string_view token) { return static_cast<std::uint32_t>(hash_bytes(token)); }

}  // namespace

Result<void> Vocabulary::add(std::string_view token, TokenId id) {
  if (id > kMaxTokenId) {
    return fail(Errc::unsupported, fmt::format("token \"{}\" has id {}; ids beyond {} are not supported",
                                               token, id, kMaxTokenId));
  }
  if (texts_.size() + token.size() > kMaxTextBytes)
    return fail(Errc::too_large, "the vocabulary exceeds 1 GiB");
  if (id < entries_.size() && entries_[id].size != kHole) {
    return fail(Errc::invalid,
                fmt::format("id {} is given to \"{}\" and to \"{}\"; give each token an id of its own", id,
                            text(id), token));
  }
  if ((count_ + 1) * 3 > slots_.size() * 2) grow();
  const std::uint32_t hash = short_hash(token);
  Slot& slot = slots_[find_slot(token, hash)];
  if (slot.id != kFree) {
    return fail(Errc::invalid, fmt::format("token \"{}\" is there twice, with ids {} and {}; remove one",
                                           token, slot.id, id));
  }
  slot = {hash, id};
  if (id >= entries_.size()) entries_.resize(id + 1);
  entries_[id] = {static_cast<std::uint32_t>(texts_.size()), static_cast<std::uint32_t>(token.size())};
  texts_ += token;
  ++count_;
  return {};
}

void Vocabulary::shrink() {
  texts_.shrink_to_fit();
  entries_.shrink_to_fit();
}

/// Where `token` is, or the free slot where it would go. There is always one.
std::size_t Vocabulary::find_slot(std::string_view token, std::uint32_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
    const Slot& slot = slots_[i];
    if (slot.id == kFree || (slot.hash == hash && text(slot.id) == token)) return i;
  }
}

void Vocabulary::grow() {
  std::vector<Slot> old = std::move(slots_);
  slots_.assign(std::max<std::size_t>(64, old.size() * 2), {});
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.id == kFree) continue;
    std::size_t i = slot.hash & mask;
    while (slots_[i].id != kFree) i = (i + 1) & mask;
    slots_[i] = slot;
  }
}

std::optional<TokenId> Vocabulary::id(std::string_view token) const {
  if (slots_.empty()) return std::nullopt;
  const Slot& slot = slots_[find_slot(token, short_hash(token))];
  if (slot.id == kFree) return std::nullopt;
  return slot.id;
}

std::optional<std::string_view> Vocabulary::token(TokenId id) const {
  if (id >= entries_.size() || entries_[id].size == kHole) return std::nullopt;
  return text(id);
}

}  // namespace dynamo::tokens
