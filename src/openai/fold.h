#pragma once

#include <cstddef>
#include <map>
#include <string_view>

#include "base/error.h"
#include "base/json.h"
#include "openai/request.h"

namespace dynamo::openai {

/// Folds the chunks of a streamed answer into the answer that is not streamed. However an engine cuts its
/// text into chunks, and in whatever order it interleaves the choices, the result is the same.
///
/// Per choice: texts and tool call arguments are joined, lists (log probabilities, token ids) are
/// concatenated, the role and ids are taken from where they first appear. Members that this class does not
/// know keep their last value that is not null, so what an engine adds is not lost. Threads: one.
class Fold {
 public:
  /// More than `max_bytes` of chunks is an error, so that a folded answer cannot eat the memory.
  explicit Fold(Endpoint endpoint, std::size_t max_bytes = std::size_t{64} << 20)
      : endpoint_(endpoint), left_(max_bytes) {}

  /// Takes the data of one event; "[DONE]" changes nothing but `done()`.
  /// Errors: what a chunk with an `error` member says; unavailable (not a chunk); too_large.
  Result<void> add(std::string_view data);

  /// "[DONE]" was seen: the engine has said all it had to say.
  bool done() const noexcept { return done_; }
  /// Every choice seen so far has its finish reason, and there is one.
  bool complete() const noexcept;

  /// The folded answer: `id`, `object`, `created`, `model`, `choices` in order of their index, `usage`, the
  /// rest.
  json::object take();

 private:
  void add_choice(const json::object& choice);
  Endpoint endpoint_;
  std::size_t left_;
  bool done_ = false;
  json::object top_;
  std::map<std::int64_t, json::object> choices_;
};

}  // namespace dynamo::openai
