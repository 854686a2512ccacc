#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"

#include "tokens/encoding.h"

namespace dynamo::tokens {

/// Tokens under post-processing, and the text that their offsets count in.
struct EncodedPart {
  Encoding encoding;
  std::string_view text;
};

/// Whether tokens are added to those of the text.
enum class SpecialTokens : std::uint8_t { add, leave_out };

/// What a tokenizer does to finished tokens: puts special ones around them, trims offsets. Immutable.
class PostProcessor {
 public:
  virtual ~PostProcessor() = default;

  /// Changes `parts`, at first one for each text, which are later strung together.
  virtual void apply(std::vector<EncodedPart>& parts, SpecialTokens special) const = 0;
  static constexpr std::size_t kCannot = ~std::size_t{0};
  /// How many parts come out for `count` parts at most; kCannot when that many cannot be handled.
  virtual std::size_t parts_after(std::size_t count) const { return count; }

  /// Reads the value of `post_processor`: TemplateProcessing, ByteLevel, BertProcessing, RobertaProcessing or
  /// a Sequence; null for a JSON null. Errors: invalid, unsupported with the name of the feature.
  static Result<std::unique_ptr<const PostProcessor>> load(const json::value& definition);
};

/// Appends the tokens of `more`.
void append(Encoding& encoding, const Encoding& more);

}  // namespace dynamo::tokens
