#include "tokens/merges.h"

#include <array>
#include <bit>
#include <limits>
#include <queue>

namespace dynamo::tokens {

Result<Merges> Merges::build(std::span<const Merge> rules, Order order) {
  if (rules.size() >= kRankMask) {
    return fail(Errc::unsupported,
                fmt::format("{} merges; up to {} are supported", rules.size(), kRankMask - 1));
  }
  Merges merges;
  if (rules.empty()) return merges;
  const std::size_t size = std::bit_ceil(std::max<std::size_t>(rules.size() * 3 / 2, 64));
  merges.slots_.assign(size, kFree);
  merges.mask_ = size - 1;
  merges.shift_ = 64 - static_cast<unsigned>(std::countr_zero(size));
  merges.seen_.assign(size / 16, 0);
  merges.seen_shift_ = merges.shift_ + 4;
  merges.merged_.reserve(rules.size());
  for (const Merge& rule : rules) {
    const bool goes_on =
        order == Order::by_token && !merges.merged_.empty() && merges.merged_.back() == rule.merged;
    if (!goes_on) merges.merged_.push_back(rule.merged);
    merges.insert(pair_key(rule.left, rule.right), static_cast<Rank>(merges.merged_.size() - 1));
  }
  return merges;
}

void Merges::insert(std::uint64_t key, Rank rank) {
  const std::uint64_t hash = key * 0x9e3779b97f4a7c15ULL;
  seen_[hash >> seen_shift_] |= 1ULL << (hash >> 20 & 63);
  std::size_t i = hash >> shift_;
  while (slots_[i] != kFree && slots_[i] >> kRankBits != key) i = (i + 1) & mask_;
  slots_[i] = (key << kRankBits) | rank;
}

std::vector<Merge> Merges::rules() const {
  constexpr std::uint64_t kIdMask = (1ULL << kIdBits) - 1;
  std::vector<Merge> rules;
  rules.reserve(merged_.size());
  for (const std::uint64_t slot : slots_) {
    if (slot == kFree) continue;
    const auto left = static_cast<TokenId>(slot >> (kRankBits + kIdBits));
    const auto right = static_cast<TokenId>((slot >> kRankBits) & kIdMask);
    rules.push_back({left, right, merged_[slot & kRankMask]});
  }
  return rules;
}

std::size_t Merges::apply(std::span<Symbol> symbols) const {
  return symbols.size() > kShort ? apply_long(symbols) : apply_short(symbols);
}

namespace {

std::size_t drop_empty(std::span<Symbol> symbols) {
  const auto end =
      std::remove_if(symbols.begin(), symbols.end(), [](const Symbol& s) { return s.size == 0; });
  return static_cast<std::size_t>(end - symbols.begin());
}

/// The pairs of a short word, each at the place of its left symbol. Rank and place are one number, the rank
/// above, so that the least of all is what to merge next; the loop that finds it is one that compilers turn
/// into vectors.
class PairsByPlace {
 public:
  static constexpr std::int32_t kNothing = std::numeric_limits<std::int32_t>::max();

  explicit PairsByPlace(std::size_t places) : blocks_((places + kBlock - 1) / kBlock) {
    std::fill_n(keys_.begin(), blocks_ * kBlock, kNothing);
  }
  void set(std::size_t place, Merges::Rank rank) {
    keys_[place] = rank == Merges::kNone ? kNothing : static_cast<std::int32_t>(rank << kPlaceBits | place);
  }
  void clear(std::size_t place) { keys_[place] = kNothing; }
  std::int32_t least() const {
    std::int32_t least = kNothing;
    for (std::size_t i = 0; i < blocks_ * kBlock; ++i) least = std::min(least, keys_[i]);
    return least;
  }
  static std::size_t place(std::int32_t key) { return static_cast<std::size_t>(key) & (Merges::kShort - 1); }
  static Merges::Rank rank(std::int32_t key) { return static_cast<Merges::Rank>(key) >> kPlaceBits; }

 private:
  static constexpr unsigned kPlaceBits = 7;
  static constexpr std::size_t kBlock = 16;
  static_assert(1U << kPlaceBits == Merges::kShort);

  std::size_t blocks_;
  std::array<std::int32_t, Merges::kShort> keys_;
};

}  // namespace

/// Symbols stay at their places; `next` and `previous` lead past those that are merged away, which have size
/// 0.
std::size_t Merges::apply_short(std::span<Symbol> symbols) const {
  const std::size_t size = symbols.size();
  if (size < 2) return size;
  PairsByPlace pairs(size);
  std::array<std::uint8_t, kShort + 1> next;
  std::array<std::uint8_t, kShort + 1> previous;
  for (std::size_t i = 0; i < size; ++i) {
    next[i] = static_cast<std::uint8_t>(i + 1);
    previous[i + 1] = static_cast<std::uint8_t>(i);
    if (i + 1 < size) pairs.set(i, rank(symbols[i].id, symbols[i + 1].id));
  }
  for (std::int32_t least = pairs.least(); least != PairsByPlace::kNothing; least = pairs.least()) {
    const std::size_t at = PairsByPlace::place(least);
    const std::size_t gone = next[at];
    symbols[at] = {merged_[PairsByPlace::rank(least)], symbols[at].size + symbols[gone].size};
    symbols[gone].size = 0;
    pairs.clear(gone);
    next[at] = next[gone];
    previous[next[at]] = static_cast<std::uint8_t>(at);
    pairs.set(at, next[at] < size ? rank(symbols[at].id, symbols[next[at]].id) : kNone);
    if (at > 0) pairs.set(previous[at], rank(symbols[previous[at]].id, symbols[at].id));
  }
  return drop_empty(symbols);
}

namespace {

/// Pairs waiting to be merged, the earliest rule first, the leftmost of several: rank above, position below.
using Queue = std::priority_queue<std::uint64_t, std::vector<std::uint64_t>, std::greater<>>;

std::uint64_t entry(Merges::Rank rank, std::size_t at) {
  return (static_cast<std::uint64_t>(rank) << 32) | at;
}

/// Which symbols are left, as a list through an array. Merging joins one with the next; the next is gone.
struct Chain {
  static constexpr std::uint32_t kEnd = ~0U;
  std::vector<std::uint32_t> next;
  std::vector<std::uint32_t> previous;

  explicit Chain(std::size_t size) : next(size), previous(size) {
    for (std::size_t i = 0; i < size; ++i) {
      next[i] = i + 1 < size ? static_cast<std::uint32_t>(i + 1) : kEnd;
      previous[i] = i > 0 ? static_cast<std::uint32_t>(i - 1) : kEnd;
    }
  }
  void drop_next(std::uint32_t at) {
    next[at] = next[next[at]];
    if (next[at] != kEnd) previous[next[at]] = at;
  }
};

}  // namespace

/// A queue of pairs; those whose symbols have changed since they were put in are known by their rank, which
/// no longer fits, and skipped. Merged-away symbols have size 0.
std::size_t Merges::apply_long(std::span<Symbol> symbols) const {
  Chain chain(symbols.size());
  std::vector<std::uint64_t> waiting;
  for (std::size_t i = 0; i + 1 < symbols.size(); ++i) {
    const Rank found = rank(symbols[i].id, symbols[i + 1].id);
    if (found != kNone) waiting.push_back(entry(found, i));
  }
  Queue queue(std::greater<>{}, std::move(waiting));

  const auto rank_at = [&](std::uint32_t at) {
    return chain.next[at] == Chain::kEnd ? kNone : rank(symbols[at].id, symbols[chain.next[at]].id);
  };
  const auto enqueue = [&](std::uint32_t at) {
    const Rank found = rank_at(at);
    if (found != kNone) queue.push(entry(found, at));
  };
  while (!queue.empty()) {
    const auto at = static_cast<std::uint32_t>(queue.top());
    const auto wanted = static_cast<Rank>(queue.top() >> 32);
    queue.pop();
    if (symbols[at].size == 0 || rank_at(at) != wanted) continue;
    Symbol& gone = symbols[chain.next[at]];
    symbols[at] = {merged_[wanted], symbols[at].size + gone.size};
    gone.size = 0;
    chain.drop_next(at);
    if (chain.previous[at] != Chain::kEnd) enqueue(chain.previous[at]);
    enqueue(at);
  }
  return drop_empty(symbols);
}

}  // namespace dynamo::tokens
