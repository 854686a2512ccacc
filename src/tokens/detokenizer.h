#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "text/stop_matcher.h"
#include "tokens/tokenizer.h"

namespace dynamo::tokens {

class DecodeStream;

struct DetokenizeOptions {
  bool skip_special_tokens = true;
  std::vector<std::string> stop{};          // the text ends before the first of these
  bool include_stop_str_in_output = false;  // or behind it
};

/// The text of an answer, piece by piece, as its tokens come. Only whole characters come out, and, with stop
/// strings, only what is surely before one; everything else comes out as soon as it is certain. What comes
/// out in all is Tokenizer::decode of all ids, up to the stop string. Threads: one at a time.
class Detokenizer {
 public:
  Detokenizer(std::shared_ptr<const Tokenizer> tokenizer, DetokenizeOptions options);
  ~Detokenizer();
  Detokenizer(Detokenizer&&) noexcept;
  Detokenizer& operator=(Detokenizer&&) noexcept;

  /// Takes more tokens and gives the text that is now certain; valid until the next call. Nothing once
  /// stopped().
  std::string_view feed(std::span<const TokenId> ids);
  std::string_view feed(TokenId id) { return feed({&id, 1}); }
  /// No token comes any more: what was held back. Nothing once stopped().
  std::string_view finish();

  /// Set once a pattern of the decoder gave up (tokens/decoder.h): the text is not exact then.
  const std::optional<Error>& failure() const;

  bool stopped() const noexcept { return stop_.has_value(); }
  /// Which of the stop strings ended the text.
  std::optional<std::size_t> stop() const noexcept { return stop_; }

 private:
  void forget_shown();
  std::string_view show();

  std::shared_ptr<const Tokenizer> tokenizer_;
  DetokenizeOptions options_;
  std::unique_ptr<DecodeStream> stream_;
  text::StopMatcher matcher_;
  std::string text_;          // shown last time, then what is held back, then what is new
  std::size_t shown_ = 0;     // bytes of text_ that the last call gave out
  std::size_t examined_ = 0;  // bytes of text_ that the matcher has read
  std::optional<std::size_t> stop_;
};

}  // namespace dynamo::tokens
