#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tokens/token.h"

namespace dynamo::tokens {

/// The tokens of words seen before, shared by all threads without a lock. A table of fixed size: a new word
/// takes the place of an old one. Each entry fills one cache line and carries a version that is odd while it
/// is being written; a reader that sees the version change, or a writer that finds the entry taken, walks
/// away as if the word were not there.
class WordCache {
 public:
  static constexpr std::size_t kMaxWord = 24;  // bytes
  static constexpr std::size_t kMaxIds = 8;

  /// A word to look for, and where it belongs.
  class Key {
   public:
    /// `word` has at most kMaxWord bytes; words of different `kind` are different words.
    Key(std::string_view word, std::uint8_t kind);

   private:
    friend class WordCache;
    std::array<std::uint64_t, 3> bytes_{};  // all of the word, the last eight in full
    std::uint32_t tag_;                     // length and kind
    std::uint64_t hash_;
  };

  /// `bytes` of memory, rounded down to a power of two.
  explicit WordCache(std::size_t bytes);

  /// Writes the word's tokens to `ids`, room for kMaxIds, and gives their number; 0 when it is not known.
  std::size_t find(const Key& key, TokenId* ids) const;
  /// Remembers at most kMaxIds tokens of a word; more are not remembered.
  void insert(const Key& key, const TokenId* ids, std::size_t count);

 private:
  using Word = std::atomic<std::uint64_t>;
  struct alignas(64) Entry {
    Word head{0};  // version above; number of ids and the key's tag below
    std::array<Word, 3> key{};
    std::array<Word, kMaxIds / 2> ids{};
  };

  Entry& entry(std::uint64_t hash, std::size_t way) { return entries_[(hash & mask_) ^ way]; }
  const Entry& entry(std::uint64_t hash, std::size_t way) const { return entries_[(hash & mask_) ^ way]; }
  static bool holds(const Entry& entry, std::uint64_t head, const Key& key);
  static void write(Entry& entry, const Key& key, const TokenId* ids, std::size_t count);

  std::vector<Entry> entries_;
  std::size_t mask_;
};

}  // namespace dynamo::tokens
