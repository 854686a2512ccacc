#pragma once

#include <span>
#include <vector>

#include "base/error.h"

#include "tokens/token.h"

namespace dynamo::tokens {

/// A rule of byte pair encoding: these two neighbours become that one. Earlier rules go first.
struct Merge {
  TokenId left = 0;
  TokenId right = 0;
  TokenId merged = 0;
};

/// A stretch of a word under merging: the token it is so far, and its length in bytes.
struct Symbol {
  TokenId id = 0;
  std::uint32_t size = 0;
};

/// The merges of a model, found by pair of neighbours, and the merging itself: of all pairs that have a rule,
/// the one of the earliest rule is merged, the leftmost of several, until none is left. Immutable after
/// building.
class Merges {
 public:
  using Rank = std::uint32_t;
  static constexpr Rank kNone = ~0U;
  /// Words up to this many symbols are merged by scanning them again and again, longer ones with a queue.
  static constexpr std::size_t kShort = 128;

  enum class Order : std::uint8_t {
    by_rule,
    by_token,  // rules side by side that make the same token count as one: of their pairs the leftmost goes
               // first
  };
  /// Of rules for the same pair the last counts. Errors: unsupported for more rules than a table holds.
  static Result<Merges> build(std::span<const Merge> rules, Order order = Order::by_rule);

  Rank rank(TokenId left, TokenId right) const {
    const std::uint64_t key = pair_key(left, right);
    const std::uint64_t hash = key * 0x9e3779b97f4a7c15ULL;
    if (!may_hold(hash)) return kNone;
    for (std::size_t i = hash >> shift_;; i = (i + 1) & mask_) {
      const std::uint64_t slot = slots_[i];
      if (slot >> kRankBits == key) {
        const auto found = static_cast<Rank>(slot & kRankMask);
        __builtin_prefetch(&merged_[found]);  // who asks for a rank is likely to merge
        return found;
      }
      if (slot == kFree) return kNone;
    }
  }
  TokenId merged(Rank rank) const { return merged_[rank]; }
  /// The rules in force, in no order.
  std::vector<Merge> rules() const;

  /// Merges as far as rules go; the symbols that remain stand at the front. Gives their number.
  /// Time: n log n in the number of symbols.
  std::size_t apply(std::span<Symbol> symbols) const;

 private:
  static constexpr unsigned kRankBits = 22;
  static constexpr unsigned kIdBits = 21;
  static constexpr std::uint64_t kRankMask = (1ULL << kRankBits) - 1;
  static constexpr std::uint64_t kFree = ~0ULL;

  static std::uint64_t pair_key(TokenId left, TokenId right) {
    return (static_cast<std::uint64_t>(left) << kIdBits) | right;
  }
  /// Most pairs have no rule; a bit for each hash value tells most of them without a look at the table.
  bool may_hold(std::uint64_t hash) const { return (seen_[hash >> seen_shift_] >> (hash >> 20 & 63)) & 1; }
  void insert(std::uint64_t key, Rank rank);
  std::size_t apply_short(std::span<Symbol> symbols) const;
  std::size_t apply_long(std::span<Symbol> symbols) const;

  std::vector<std::uint64_t>
      slots_;                    // pair above, rank below: one word per rule keeps the table in the cache
  std::vector<TokenId> merged_;  // by rank
  std::vector<std::uint64_t> seen_ = {0, 0};
  std::size_t mask_ = 0;
  unsigned shift_ = 63;
  unsigned seen_shift_ = 63;
};

}  // namespace dynamo::tokens
