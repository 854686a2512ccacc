#include "engine/block_pool.h"

#include <cassert>

namespace dynamo::engine {

bool BlockPool::make_room() {
  if (active() + inactive() < capacity_) return true;
  if (least_recent_first_.empty()) return false;
  inactive_.erase(least_recent_first_.front());
  least_recent_first_.pop_front();
  return true;
}

bool BlockPool::revive(BlockHash hash) {
  if (const auto used = active_.find(hash); used != active_.end()) {
    ++used->second;
    return true;
  }
  const auto found = inactive_.find(hash);
  if (found == inactive_.end()) return false;
  least_recent_first_.erase(found->second);
  inactive_.erase(found);
  active_.emplace(hash, 1);
  return true;
}

bool BlockPool::use(BlockHash hash) {
  if (revive(hash)) return true;
  if (!make_room()) return false;
  active_.emplace(hash, 1);
  return true;
}

bool BlockPool::use_partial() {
  if (!make_room()) return false;
  ++partial_;
  return true;
}

void BlockPool::release(BlockHash hash) {
  const auto used = active_.find(hash);
  assert(used != active_.end());
  if (--used->second > 0) return;
  active_.erase(used);
  least_recent_first_.push_back(hash);
  inactive_.emplace(hash, std::prev(least_recent_first_.end()));
}

void BlockPool::discard_partial() {
  assert(partial_ > 0);
  --partial_;
}

void BlockPool::promote(BlockHash hash) {
  discard_partial();
  if (!revive(hash)) active_.emplace(hash, 1);
}

std::size_t BlockPool::matching_prefix(std::span<const BlockHash> hashes) const {
  std::size_t count = 0;
  while (count < hashes.size() && (active_.contains(hashes[count]) || inactive_.contains(hashes[count])))
    ++count;
  return count;
}

}  // namespace dynamo::engine
