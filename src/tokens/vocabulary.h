#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

#include "tokens/token.h"

namespace dynamo::tokens {

/// The tokens of a model, by id and by text. Ids may have holes. All texts lie in one buffer.
/// Filled once, then immutable.
class Vocabulary {
 public:
  /// Errors: invalid when the token or its id is there already, unsupported for ids beyond kMaxTokenId.
  Result<void> add(std::string_view token, TokenId id);
  /// Gives back what was set aside for further tokens.
  void shrink();

  std::optional<TokenId> id(std::string_view token) const;
  std::optional<std::string_view> token(TokenId id) const;
  /// Number of tokens; holes do not count.
  std::size_t size() const { return count_; }
  /// One more than the largest id.
  std::size_t id_limit() const { return entries_.size(); }

 private:
  struct Entry {
    std::uint32_t begin = 0;
    std::uint32_t size = kHole;
  };
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t id = kFree;
  };
  static constexpr std::uint32_t kHole = ~0U;
  static constexpr std::uint32_t kFree = ~0U;

  std::string_view text(TokenId id) const { return {texts_.data() + entries_[id].begin, entries_[id].size}; }
  std::size_t find_slot(std::string_view token, std::uint32_t hash) const;
  void grow();

  std::string texts_;
  std::vector<Entry> entries_;  // by id
  std::vector<Slot> slots_;     // a power of two, open addressing
  std::size_t count_ = 0;
};

}  // namespace dynamo::tokens
