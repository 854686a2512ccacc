#pragma once

#include <cstddef>
#include <list>
#include <span>
#include <unordered_map>

#include "engine/token_chain.h"

namespace dynamo::engine {

/// The cache blocks of a pretended GPU. Active blocks belong to sequences and are counted per user; inactive
/// ones keep their content until the room is needed, least recently used first. Full blocks are known by
/// their hash, partial ones only by number. Active plus inactive never exceeds the capacity. Source:
/// spec/runtime.md 8.2. Threads: one.
class BlockPool {
 public:
  explicit BlockPool(std::size_t capacity) : capacity_(capacity) {}

  /// Takes the full block `hash`: shared when active, revived when inactive, new otherwise. False: no room.
  bool use(BlockHash hash);
  /// Takes a block that is not full yet. False: no room.
  bool use_partial();
  /// Gives back one use; the last one makes the block inactive.
  void release(BlockHash hash);
  void discard_partial();
  /// A partial block has become the full block `hash`.
  void promote(BlockHash hash);

  /// How many of the leading `hashes` are here.
  std::size_t matching_prefix(std::span<const BlockHash> hashes) const;

  std::size_t capacity() const noexcept { return capacity_; }
  std::size_t active() const noexcept { return active_.size() + partial_; }
  std::size_t inactive() const noexcept { return inactive_.size(); }

 private:
  bool make_room();
  bool revive(BlockHash hash);
  std::size_t capacity_;
  std::size_t partial_ = 0;
  std::unordered_map<BlockHash, std::size_t> active_;  // hash -> uses
  std::list<BlockHash> least_recent_first_;
  std::unordered_map<BlockHash, std::list<BlockHash>::iterator> inactive_;
};

}  // namespace dynamo::engine
