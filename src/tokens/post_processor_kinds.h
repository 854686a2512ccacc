#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tokens/post_processor.h"

// The kinds of post-processors, as the `tokenizers` library has them.

namespace dynamo::tokens {

/// A token that post-processing adds.
struct SpecialToken {
  TokenId id = 0;
  std::string token;
};

/// Takes white space at the ends of tokens out of their offsets.
class ByteLevelProcessor final : public PostProcessor {
 public:
  ByteLevelProcessor(bool trim_offsets, bool add_prefix_space)
      : trim_offsets_(trim_offsets), add_prefix_space_(add_prefix_space) {}
  void apply(std::vector<EncodedPart>& parts, SpecialTokens special) const override;

 private:
  void trim(std::size_t index, EncodedPart& part) const;
  bool trim_offsets_;
  bool add_prefix_space_;  // a single space before the first token was not in the text
};

/// [CLS] A [SEP] B [SEP]
class BertProcessor final : public PostProcessor {
 public:
  BertProcessor(SpecialToken begin, SpecialToken separator)
      : begin_(std::move(begin)), separator_(std::move(separator)) {}
  void apply(std::vector<EncodedPart>& parts, SpecialTokens special) const override;

 private:
  SpecialToken begin_;
  SpecialToken separator_;
};

/// <s> A </s> </s> B </s>, all of type 0, with offsets trimmed.
class RobertaProcessor final : public PostProcessor {
 public:
  RobertaProcessor(SpecialToken begin, SpecialToken separator, ByteLevelProcessor trim)
      : begin_(std::move(begin)), separator_(std::move(separator)), trim_(trim) {}
  void apply(std::vector<EncodedPart>& parts, SpecialTokens special) const override;

 private:
  SpecialToken begin_;
  SpecialToken separator_;
  ByteLevelProcessor trim_;
};

/// The texts and special tokens as a template puts them in a row.
class TemplateProcessor final : public PostProcessor {
 public:
  struct Item {
    std::optional<std::size_t> sequence;  // the text that goes here, or
    std::vector<SpecialToken> tokens;     // the tokens that go here
    std::uint32_t type = 0;
  };
  using Items = std::vector<Item>;

  TemplateProcessor(Items single, Items pair) : single_(std::move(single)), pair_(std::move(pair)) {}
  void apply(std::vector<EncodedPart>& parts, SpecialTokens special) const override;
  std::size_t parts_after(std::size_t count) const override;

 private:
  Items single_;
  Items pair_;
};

class ProcessorSequence final : public PostProcessor {
 public:
  explicit ProcessorSequence(std::vector<std::unique_ptr<const PostProcessor>> steps)
      : steps_(std::move(steps)) {}
  void apply(std::vector<EncodedPart>& parts, SpecialTokens special) const override;
  std::size_t parts_after(std::size_t count) const override;

 private:
  std::vector<std::unique_ptr<const PostProcessor>> steps_;
};

}  // namespace dynamo::tokens
