#include "tokens/prompt_cache.h"

#include "tokens/hash.h"

namespace dynamo::tokens {
namespace {

std::uint64_t hash_of(const PromptCache::Key& key) { return mix(hash_bytes(key.text), key.scope); }

}  // namespace

bool PromptCache::find(Key key, std::vector<TokenId>& ids) {
  const std::uint64_t hash = hash_of(key);
  Shard& shard = shards_[hash % kShards];
  const std::unique_lock lock(shard.mutex, std::try_to_lock);
  if (!lock) return false;
  const auto found = shard.by_hash.find(hash);
  if (found == shard.by_hash.end()) return false;
  const Entry& entry = *found->second;
  if (entry.scope != key.scope || entry.text != key.text) return false;
  ids.insert(ids.end(), entry.ids.begin(), entry.ids.end());
  shard.entries.splice(shard.entries.begin(), shard.entries, found->second);
  return true;
}

void PromptCache::insert(Key key, const TokenId* ids, std::size_t count) {
  const std::uint64_t hash = hash_of(key);
  Entry entry{hash, key.scope, std::string(key.text), std::vector<TokenId>(ids, ids + count)};
  const std::size_t bytes = entry.bytes();
  if (bytes > max_shard_bytes_) return;
  Shard& shard = shards_[hash % kShards];
  const std::unique_lock lock(shard.mutex, std::try_to_lock);
  if (!lock) return;
  if (const auto found = shard.by_hash.find(hash); found != shard.by_hash.end()) drop(shard, found->second);
  while (shard.bytes + bytes > max_shard_bytes_) drop(shard, std::prev(shard.entries.end()));
  shard.entries.push_front(std::move(entry));
  shard.by_hash[hash] = shard.entries.begin();
  shard.bytes += bytes;
}

void PromptCache::drop(Shard& shard, Entries::iterator entry) {
  shard.bytes -= entry->bytes();
  shard.by_hash.erase(entry->hash);
  shard.entries.erase(entry);
}

std::size_t PromptCache::bytes() const {
  std::size_t total = 0;
  for (const Shard& shard : shards_) {
    const std::unique_lock lock(shard.mutex, std::try_to_lock);
    if (lock) total += shard.bytes;
  }
  return total;
}

}  // namespace dynamo::tokens
