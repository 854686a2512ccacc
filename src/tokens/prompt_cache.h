#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tokens/token.h"

namespace dynamo::tokens {

/// The tokens of stretches of prompts seen before. A chat sends its whole past with every turn; the stretches
/// between its special tokens are tokenized independently of each other, so that each is looked up by its
/// text. Holds at most `max_bytes`, the least recently used leave first. Any number of threads may share one:
/// none waits for another, a part of the cache that is in use elsewhere counts as empty.
class PromptCache {
 public:
  explicit PromptCache(std::size_t max_bytes) : max_shard_bytes_(max_bytes / kShards) {}

  /// What is looked for: a text, and what else its tokens depend on.
  struct Key {
    std::string_view text;
    std::uint64_t scope = 0;  // the tokenizer, and whether the text begins the prompt
  };

  /// Appends the tokens of `key` to `ids` when they are known.
  bool find(Key key, std::vector<TokenId>& ids);
  void insert(Key key, const TokenId* ids, std::size_t count);
  /// Memory in use, about.
  std::size_t bytes() const;

 private:
  static constexpr std::size_t kShards = 16;

  struct Entry {
    std::uint64_t hash;
    std::uint64_t scope;
    std::string text;
    std::vector<TokenId> ids;
    std::size_t bytes() const {
      return sizeof(Entry) + 64 + text.capacity() + ids.capacity() * sizeof(TokenId);
    }
  };
  using Entries = std::list<Entry>;

  struct Shard {
    mutable std::mutex mutex;  // only ever tried
    Entries entries;           // the most recently used first
    std::unordered_map<std::uint64_t, Entries::iterator> by_hash;
    std::size_t bytes = 0;
  };

  static void drop(Shard& shard, Entries::iterator entry);

  std::array<Shard, kShards> shards_;
  std::size_t max_shard_bytes_;
};

}  // namespace dynamo::tokens
