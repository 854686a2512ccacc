#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

#include "tokens/encoding.h"

namespace dynamo::tokens {

class DecodeStream;
class PromptCache;
struct Parts;

struct EncodeOptions {
  bool add_special_tokens = true;  // what the post-processor adds, e.g. a beginning-of-text token
};

/// The file of a model directory that describes its tokenizer, the one that says most first; a file is that
/// itself. Errors: not_found; invalid where several could be meant.
Result<std::filesystem::path> tokenizer_file(const std::filesystem::path& directory_or_file);

/// Text to token ids and back, exactly as the `tokenizers` library does it.
/// Threads: immutable after loading; any number of threads may use one, and none ever waits for another.
/// Broken UTF-8 in a text counts as U+FFFD, as in Python's `errors="replace"`.
class Tokenizer {
 public:
  /// Reads a model directory, a `tokenizer.json`, a `*.gguf`, or a `*.tiktoken` / textual `tokenizer.model`.
  /// Errors: not_found and io for files; invalid for broken ones; unsupported with the name of the feature.
  static Result<std::shared_ptr<const Tokenizer>> load(const std::filesystem::path& directory_or_file);
  /// Reads the contents of a `tokenizer.json`. Errors: as above.
  static Result<std::shared_ptr<const Tokenizer>> parse(std::string_view tokenizer_json);
  /// Puts a tokenizer together from parts (tokens/parts.h) that another kind of file described.
  static Result<std::shared_ptr<const Tokenizer>> assemble(Parts parts);

  ~Tokenizer();
  Tokenizer(const Tokenizer&) = delete;
  Tokenizer& operator=(const Tokenizer&) = delete;

  /// The fast path: ids alone. Time is linear in the text.
  /// Errors: too_large for a text beyond 1 GiB, and where a pattern of the file would take more time.
  Result<std::vector<TokenId>> encode(std::string_view text, EncodeOptions options = {}) const;
  /// The same ids; stretches of text between special tokens that `seen` knows are not tokenized again.
  Result<std::vector<TokenId>> encode(std::string_view text, EncodeOptions options, PromptCache& seen) const;
  /// The same ids, with everything else that is known of each token.
  Result<Encoding> encode_with_offsets(std::string_view text, EncodeOptions options = {}) const;

  /// The text of `ids`; ids that no token has are left out, as the library leaves them out.
  /// Bytes that are not UTF-8 become U+FFFD. Errors: too_large where a pattern of the decoder gives up.
  Result<std::string> decode(std::span<const TokenId> ids, bool skip_special_tokens) const;
  /// The same, token by token (tokens/decoder.h); the stream lives no longer than the tokenizer.
  std::unique_ptr<DecodeStream> begin_decode() const;

  /// The token as the vocabulary writes it (byte-level: in its alphabet of visible characters).
  std::optional<std::string_view> token(TokenId id) const;
  std::optional<TokenId> id(std::string_view token) const;
  /// Whether `id` is an added token marked special.
  bool special(TokenId id) const;
  /// One more than the largest id, holes included.
  std::size_t vocabulary_size() const;
  /// Whether some part of it is a pattern that no matcher compiled by hand stands for. A text then costs
  /// microseconds a byte at worst (text::SearchLimits), else tens of nanoseconds.
  bool searches_patterns() const;
  /// What the file says and is not so, one sentence each: truncation, padding, ids of added tokens.
  std::span<const std::string> notes() const;

 private:
  struct State;
  explicit Tokenizer(std::unique_ptr<const State> state);
  std::unique_ptr<const State> state_;
};

}  // namespace dynamo::tokens
