#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tokens/join_filter.h"
#include "tokens/merges.h"
#include "tokens/model.h"

namespace dynamo::tokens {

struct BpeOptions {
  std::optional<std::string>
      unknown;  // the token for characters that the vocabulary lacks; none: they are left out
  std::string continuing_prefix;  // before every character but the word's first
  std::string end_suffix;         // behind the word's last character
  bool fuse_unknown = false;      // unknown characters side by side become one token
  bool byte_fallback = false;     // unknown characters become tokens <0x00> to <0xFF>, one for each byte
  bool ignore_merges = false;     // a word that is in the vocabulary is that token, whatever the merges say
  Merges::Order order = Merges::Order::by_rule;
};

/// Byte pair encoding: a word's characters, merged pair by pair.
class Bpe final : public Model {
 public:
  /// `vocabulary` holds all tokens of `rules`. Errors: invalid, naming the field of a tokenizer.json;
  /// unsupported.
  static Result<std::unique_ptr<const Bpe>> build(Vocabulary vocabulary, std::span<const Merge> rules,
                                                  BpeOptions options);

  /// The rule that makes one token of these two; `prefix_size` bytes are dropped from the right one's start.
  /// Errors: invalid when one of the three is not in the vocabulary.
  static Result<Merge> rule(const Vocabulary& vocabulary, std::string_view left, std::string_view right,
                            std::size_t prefix_size = 0);

  void tokenize(std::string_view word, std::vector<Piece>& pieces) const override;
  void encode(std::string_view word, std::vector<TokenId>& ids) const override;
  const Vocabulary& vocabulary() const override { return vocabulary_; }
  const Merges& merges() const { return merges_; }
  const BpeOptions& options() const { return options_; }

 private:
  Bpe(Vocabulary vocabulary, Merges merges, BpeOptions options);

  Result<void> find_special_ids();
  void find_cuts(std::span<const Merge> rules);
  bool merges_special(std::span<const Merge> rules) const;
  std::optional<TokenId> character_id(std::string_view word, Span character, std::string& written) const;
  bool fall_back(std::string_view written, std::vector<Symbol>& symbols) const;
  std::vector<Symbol> split(std::string_view word) const;
  std::vector<Symbol> symbols_of(std::string_view word) const;

  Vocabulary vocabulary_;
  Merges merges_;
  BpeOptions options_;
  std::optional<TokenId> unknown_id_;
  std::array<std::optional<TokenId>, 256> byte_ids_;
  // Characters side by side that no rule may ever join: a word can be cut between them and its parts merged
  // each by itself. Empty when that is not sure.
  std::optional<JoinFilter> joins_;
};

}  // namespace dynamo::tokens
