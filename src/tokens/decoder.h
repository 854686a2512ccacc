#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json.h"

namespace dynamo::tokens {

/// One decoding under way: tokens in, text out, as soon as it is certain. The concatenation of what comes out
/// is what the decoder makes of all tokens at once, however the model's tokens cut its characters; every
/// piece is valid UTF-8 by itself.
class DecodeStream {
 public:
  virtual ~DecodeStream() = default;
  /// Takes the next token, as the vocabulary writes it, and appends to `out` what is now certain.
  virtual void feed(std::string_view token, std::string& out) = 0;
  /// No token comes any more: appends what was held back. The stream is as new afterwards, but
  /// for failure().
  virtual void finish(std::string& out) = 0;
  /// Set once a pattern gave up on a token (text/finder.h) or would have made far too much of it
  /// (text/growth.h), both too_large; the token then came out as it was.
  virtual const std::optional<Error>& failure() const = 0;
};

/// Turns tokens back into text, as the decoders of the `tokenizers` library do it: BPEDecoder, ByteFallback,
/// ByteLevel, CTC, Fuse, Metaspace, Replace, Strip, WordPiece and sequences of them. Immutable: any thread
/// may use one.
class Decoder {
 public:
  virtual ~Decoder() = default;

  /// `definition` is the `decoder` of a tokenizer.json; null stands for tokens joined by spaces.
  /// Errors: invalid, unsupported with the name of the feature.
  static Result<std::shared_ptr<const Decoder>> load(const json::value& definition);

  virtual std::unique_ptr<DecodeStream> begin() const = 0;
  /// As of Tokenizer::searches_patterns.
  virtual bool searches_patterns() const = 0;
};

}  // namespace dynamo::tokens
