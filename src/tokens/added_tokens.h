#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/error.h"
#include "base/json.h"

#include "tokens/normalizer.h"
#include "tokens/trie.h"
#include "tokens/vocabulary.h"

namespace dynamo::tokens {

/// A token that is looked for in the text itself, before the model sees it.
struct AddedToken {
  std::string content;
  bool single_word = false;  // only where no letter or digit touches it
  bool lstrip = false;       // takes the white space before it along
  bool rstrip = false;       // takes the white space behind it along
  bool normalized = true;    // looked for in the normalized text, in its normalized form
  bool special = false;      // left out of decoded text on demand
  /// Its id where the file's word counts.
  std::optional<TokenId> id{};
  /// Its id as a tokenizer.json has it, which does not count: see AddedTokens::build.
  std::optional<TokenId> claimed_id{};
  friend bool operator==(const AddedToken&, const AddedToken&) = default;
};

/// A stretch of a text: an added token, or what lies between two of them.
struct AddedMatch {
  Span span;
  std::optional<TokenId> id;
};

/// Finds the leftmost of several texts in another, of those that begin there the longest, then the next one.
/// Time: linear in the text, times the length of the longest text looked for at worst.
class TokenFinder {
 public:
  /// Errors: invalid for an empty text, and for one that is there already.
  Result<void> add(std::string_view text, TokenId id);
  bool empty() const { return empty_; }

  struct Found {
    std::size_t begin;
    std::size_t end;
    TokenId id;
  };
  /// The first one at or behind byte `from`.
  std::optional<Found> find(std::string_view text, std::size_t from) const;

 private:
  std::optional<Found> longest_at(std::string_view text, std::size_t at) const;

  bool empty_ = true;
  std::array<bool, 256> begins_{};  // bytes that one of the texts begins with
  Trie trie_;
};

/// The added tokens of a tokenizer: which there are, and where they are in a text. Immutable after building.
class AddedTokens {
 public:
  /// What the file lists, in its order. Tokens without an id get one as the library gives them: the model's,
  /// if its vocabulary has the token, else the next one behind the number of the model's tokens. `model` and
  /// `normalizer` (or null) are not kept. Errors: invalid when two of them cannot be told apart, or share an
  /// id that was given; unsupported for what the library itself fails at, and for ids beyond kMaxTokenId.
  static Result<AddedTokens> build(const std::vector<AddedToken>& listed, const Vocabulary& model,
                                   const Normalizer* normalizer);

  /// Cuts a text into tokens looked for as they are written, and the rest.
  void find_raw(std::string_view text, std::vector<AddedMatch>& matches) const { find(raw_, text, matches); }
  /// Cuts a normalized text into tokens looked for in normalized text, and the rest.
  void find_normalized(std::string_view text, std::vector<AddedMatch>& matches) const {
    find(normalized_, text, matches);
  }
  bool any_normalized() const { return !normalized_.empty(); }

  std::optional<TokenId> id(std::string_view content) const;
  /// The token as decoding shows it: in its normalized form.
  std::optional<std::string_view> token(TokenId id) const;
  bool special(TokenId id) const;
  /// One more than the largest id, 0 without tokens.
  std::size_t id_limit() const { return id_limit_; }
  /// A sentence on tokens that have other ids than they claim, where there are any.
  const std::optional<std::string>& note() const { return note_; }

 private:
  struct Entry {
    AddedToken token;
    std::string shown;  // normalized where it is looked for so
    bool special = false;
  };

  TokenId give_id(const AddedToken& token, const Vocabulary& model);
  Result<void> check_id(const AddedToken& token, TokenId id, const Vocabulary& model) const;
  Result<void> check_white_space() const;
  void note_other_ids(const std::vector<AddedToken>& listed);
  Result<void> add(const AddedToken& token, const Vocabulary& model, const Normalizer* normalizer);
  Result<void> index();
  void find(const TokenFinder& finder, std::string_view text, std::vector<AddedMatch>& matches) const;
  std::optional<Span> extent(const TokenFinder::Found& found, std::string_view text, std::size_t taken) const;

  std::unordered_map<TokenId, Entry> entries_;
  std::unordered_map<std::string, TokenId> ids_;
  std::unordered_set<std::string> special_;
  TokenFinder raw_;
  TokenFinder normalized_;
  std::size_t next_id_ = 0;
  std::size_t id_limit_ = 0;
  std::optional<std::string> note_;
};

}  // namespace dynamo::tokens
