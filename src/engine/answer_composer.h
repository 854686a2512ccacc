#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/stop_cutter.h"
#include "openai/answer.h"

namespace dynamo::engine {

/// Makes the bytes of one answer out of the words that a built-in engine produces: events for a streamed
/// request, one body for another. Whatever has gathered since the last `take` goes out as one piece, with one
/// chunk per choice, so that a slow client costs fewer and larger chunks. Threads: one.
class AnswerComposer {
 public:
  /// `choices` in all: prompts × n. `fingerprint` names the engine.
  AnswerComposer(const openai::Request& request, std::string id, std::int64_t created,
                 std::string fingerprint, std::uint32_t choices);

  /// Text that comes before the answer, such as an echoed prompt; not searched for stop strings.
  void preface(std::uint32_t choice, std::string_view text);
  /// One more token. True when a stop string ended the choice with it.
  bool add_word(std::uint32_t choice, std::string_view word);
  /// The choice ends for a reason of its own ("length", "stop").
  void finish(std::uint32_t choice, std::string_view reason);
  void set_prompt_tokens(std::uint64_t tokens) noexcept { usage_.prompt_tokens = tokens; }
  void add_cached_tokens(std::uint64_t tokens) noexcept { *usage_.cached_tokens += tokens; }

  /// All choices have ended.
  bool finished() const noexcept { return open_ == 0; }
  /// What can be sent now; empty when there is nothing, or the end has been given out.
  std::string take();
  const openai::Usage& usage() const noexcept { return usage_; }
  bool streamed() const noexcept { return streamed_; }

 private:
  struct Choice {
    StopCutter stop;
    std::string pending;        // not yet given out
    std::string_view reason{};  // set when it has ended
    bool has_words = false;
    bool began = false;  // its role was given out
    bool ended = false;  // its end was given out
  };
  void append_chunks(std::string& out, std::uint32_t index, Choice& choice);
  std::string take_events();
  std::string take_body();

  openai::AnswerHead head_;
  openai::ChunkWriter writer_;
  bool streamed_;
  bool include_usage_;
  bool continuous_usage_;
  std::vector<Choice> choices_;
  std::size_t open_;
  bool given_out_ = false;
  openai::Usage usage_{.cached_tokens = 0};
};

}  // namespace dynamo::engine
