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
  std::size_t id_limit() const { return records_.size(); }

 private:
  /// A token's record in texts_: this, then its text.
  struct Head {
    TokenId id;
    std::uint32_t size;
  };
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t record = kNone;
  };
  static constexpr std::uint32_t kNone = ~0U;

  Head head(std::uint32_t record) const;
  std::uint32_t append_record(std::string_view token, TokenId id);
  std::string_view text(std::uint32_t record) const {
    return {texts_.data() + record + sizeof(Head), head(record).size};
  }
  std::size_t find_slot(std::string_view token, std::uint32_t hash) const;
  void grow();

  std::string texts_;
  std::vector<std::uint32_t> records_;  // by id, kNone for holes
  std::vector<Slot> slots_;             // a power of two, open addressing
  std::size_t count_ = 0;
};

}  // namespace dynamo::tokens
