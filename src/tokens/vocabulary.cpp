#include "tokens/vocabulary.h"

#include <cstring>

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
  if (id < records_.size() && records_[id] != kNone) {
    return fail(Errc::invalid, fmt::format("id {} is given to \"{}\" and to \"{}\"; give each token its own",
                                           id, text(records_[id]), token));
  }
  if ((count_ + 1) * 3 > slots_.size() * 2) grow();
  const std::uint32_t hash = short_hash(token);
  Slot& slot = slots_[find_slot(token, hash)];
  if (slot.record != kNone) {
    return fail(Errc::invalid, fmt::format("token \"{}\" is there twice, with ids {} and {}; remove one",
                                           token, head(slot.record).id, id));
  }
  slot = {hash, append_record(token, id)};
  if (id >= records_.size()) records_.resize(id + 1, kNone);
  records_[id] = slot.record;
  ++count_;
  return {};
}

std::uint32_t Vocabulary::append_record(std::string_view token, TokenId id) {
  const auto record = static_cast<std::uint32_t>(texts_.size());
  const Head head{id, static_cast<std::uint32_t>(token.size())};
  texts_.append(reinterpret_cast<const char*>(&head), sizeof(head));
  texts_ += token;
  return record;
}

Vocabulary::Head Vocabulary::head(std::uint32_t record) const {
  Head head;
  std::memcpy(&head, texts_.data() + record, sizeof(head));
  return head;
}

void Vocabulary::shrink() {
  texts_.shrink_to_fit();
  records_.shrink_to_fit();
}

/// Where `token` is, or the free slot where it would go. There is always one.
std::size_t Vocabulary::find_slot(std::string_view token, std::uint32_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
    const Slot& slot = slots_[i];
    if (slot.record == kNone || (slot.hash == hash && text(slot.record) == token)) return i;
  }
}

void Vocabulary::grow() {
  std::vector<Slot> old = std::move(slots_);
  slots_.assign(std::max<std::size_t>(64, old.size() * 2), {});
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.record == kNone) continue;
    std::size_t i = slot.hash & mask;
    while (slots_[i].record != kNone) i = (i + 1) & mask;
    slots_[i] = slot;
  }
}

std::optional<TokenId> Vocabulary::id(std::string_view token) const {
  if (slots_.empty()) return std::nullopt;
  const Slot& slot = slots_[find_slot(token, short_hash(token))];
  if (slot.record == kNone) return std::nullopt;
  return head(slot.record).id;
}

std::optional<std::string_view> Vocabulary::token(TokenId id) const {
  if (id >= records_.size() || records_[id] == kNone) return std::nullopt;
  return text(records_[id]);
}

}  // namespace dynamo::tokens
