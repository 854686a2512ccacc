#include "tokens/word_cache.h"

#include <bit>

#include "tokens/hash.h"

namespace dynamo::tokens {
namespace {

constexpr unsigned kVersionShift = 32;
constexpr unsigned kCountShift = 16;
constexpr std::uint64_t kBeingWritten = 1ULL << kVersionShift;

std::uint64_t make_head(std::uint64_t version, std::size_t count, std::uint32_t tag) {
  return (version << kVersionShift) | (static_cast<std::uint64_t>(count) << kCountShift) | tag;
}

}  // namespace

WordCache::Key::Key(std::string_view word, std::uint8_t kind)
    : tag_(static_cast<std::uint32_t>(word.size()) | (static_cast<std::uint32_t>(kind) << 8)) {
  const std::size_t size = word.size();
  bytes_[0] = load_word(word.data(), std::min<std::size_t>(size, 8));
  if (size > 8) bytes_[1] = load<std::uint64_t>(word.data() + (size > 16 ? 8 : size - 8));
  if (size > 16) bytes_[2] = load<std::uint64_t>(word.data() + size - 8);
  hash_ = mix(mix(bytes_[0], bytes_[1]) + tag_, bytes_[2]);
}

WordCache::WordCache(std::size_t bytes)
    : entries_(std::bit_floor(std::max<std::size_t>(bytes / sizeof(Entry), 2))), mask_(entries_.size() - 1) {}

bool WordCache::holds(const Entry& entry, std::uint64_t head, const Key& key) {
  if ((head & 0xFFFF) != key.tag_ || (head & kBeingWritten) != 0) return false;
  return entry.key[0].load(std::memory_order_relaxed) == key.bytes_[0] &&
         entry.key[1].load(std::memory_order_relaxed) == key.bytes_[1] &&
         entry.key[2].load(std::memory_order_relaxed) == key.bytes_[2];
}

std::size_t WordCache::find(const Key& key, TokenId* ids) const {
  for (std::size_t way = 0; way < 2; ++way) {
    const Entry& candidate = entry(key.hash_, way);
    const std::uint64_t head = candidate.head.load(std::memory_order_acquire);
    if (!holds(candidate, head, key)) continue;
    std::array<std::uint64_t, kMaxIds / 2> pairs;
    for (std::size_t i = 0; i < pairs.size(); ++i)
      pairs[i] = candidate.ids[i].load(std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_acquire);
    if (candidate.head.load(std::memory_order_relaxed) != head) return 0;
    std::memcpy(ids, pairs.data(), sizeof(pairs));
    return (head >> kCountShift) & 0xFF;
  }
  return 0;
}

/// A free place if there is one, else the one that the version's parity points to, so that both take turns.
void WordCache::insert(const Key& key, const TokenId* ids, std::size_t count) {
  if (count == 0 || count > kMaxIds) return;
  Entry& first = entry(key.hash_, 0);
  Entry& second = entry(key.hash_, 1);
  const std::uint64_t first_head = first.head.load(std::memory_order_relaxed);
  const std::uint64_t second_head = second.head.load(std::memory_order_relaxed);
  const bool take_first =
      first_head == 0 || (second_head != 0 && first_head >> kVersionShift <= second_head >> kVersionShift);
  write(take_first ? first : second, key, ids, count);
}

void WordCache::write(Entry& entry, const Key& key, const TokenId* ids, std::size_t count) {
  std::uint64_t head = entry.head.load(std::memory_order_relaxed);
  if ((head & kBeingWritten) != 0) return;
  const std::uint64_t version = head >> kVersionShift;
  if (!entry.head.compare_exchange_strong(head, head | kBeingWritten, std::memory_order_acquire)) return;
  std::atomic_thread_fence(std::memory_order_release);
  for (std::size_t i = 0; i < entry.key.size(); ++i)
    entry.key[i].store(key.bytes_[i], std::memory_order_relaxed);
  std::array<std::uint64_t, kMaxIds / 2> pairs{};
  std::memcpy(pairs.data(), ids, count * sizeof(TokenId));
  for (std::size_t i = 0; i < pairs.size(); ++i) entry.ids[i].store(pairs[i], std::memory_order_relaxed);
  entry.head.store(make_head(version + 2, count, key.tag_), std::memory_order_release);
}

}  // namespace dynamo::tokens
