#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "tokens/added_tokens.h"
#include "tokens/byte_bpe.h"
#include "tokens/encoding.h"
#include "tokens/parts.h"
#include "tokens/prompt_cache.h"

namespace dynamo::tokens {

/// Text to tokens, before post-processing: the quick way for ids alone, and the thorough way that knows where
/// each token came from. Both give the same ids. Immutable: any thread may use one.
class Encoder {
 public:
  /// `parts` must live as long.
  Encoder(const Parts& parts, const AddedTokens& added);

  /// Appends the ids of `text`, which is valid UTF-8. `seen` may be null.
  /// Errors: too_large where a pattern gives up (text/finder.h).
  Result<void> encode(std::string_view text, std::vector<TokenId>& ids, PromptCache* seen) const;
  /// The tokens of `text`; what is broken in it counts as U+FFFD. Errors: the same.
  Result<Encoding> encode_with_offsets(std::string_view text) const;

 private:
  enum class Start : std::uint8_t { of_prompt, later };

  Result<void> encode_stretch(std::string_view stretch, Start start, std::vector<TokenId>& ids,
                              PromptCache* seen) const;
  Result<void> encode_plain(std::string_view stretch, Start start, std::vector<TokenId>& ids) const;
  Result<void> encode_normalized(std::string_view text, Start start, std::vector<TokenId>& ids) const;
  Result<void> encode_words(std::string_view text, Start start, std::vector<TokenId>& ids) const;
  void encode_byte_words(std::string_view text, std::vector<TokenId>& ids) const;

  Result<void> trace_stretch(text::AlignedText stretch, Encoding& encoding) const;
  Result<void> trace_words(text::AlignedText text, Encoding& encoding) const;
  void trace_byte_words(text::AlignedText text, Encoding& encoding) const;
  void trace_word(const text::AlignedText& word, Encoding& encoding) const;

  const Parts& parts_;
  const AddedTokens& added_;
  std::unique_ptr<const ByteBpe> byte_bpe_;  // null where the model has to see the visible alphabet
  bool needs_tracing_;                       // ids depend on origins that only the thorough way knows
  std::uint64_t scope_;                      // tells the tokenizers apart that share a PromptCache
};

}  // namespace dynamo::tokens
