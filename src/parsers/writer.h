#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/delta.h"
#include "parsers/tools.h"

namespace dynamo::parsers {

/// Gives random numbers; all 64 bits are used.
using Random = std::function<std::uint64_t()>;

/// What the ids of calls look like when the model gives none.
enum class IdShape {
  openai,   // "call_" and 24 letters and digits
  mistral,  // 9 letters and digits, the only ones that Mistral's chat templates take back
};

/// When the arguments of a call are told.
enum class Arguments {
  streamed,  // as they come. A call that then breaks off has been told of already
  whole,     // when the call is complete. One that breaks off is told as content, as the model wrote it
};

/// Writes the deltas of one answer. Keeps the rules that all formats share: calls are numbered and have ids,
/// and white space alone, before or between reasoning, calls and text, is not told.
class Writer {
 public:
  struct Settings {
    Tools tools{};
    Random random{};
    Arguments arguments = Arguments::streamed;
    bool one_call = false;  // `parallel_tool_calls: false`: complete calls behind the first are not told
    std::size_t max_held_bytes = std::size_t{1} << 20;  // text held back by a format before it gives up
  };
  Writer(Settings settings, IdShape ids) : settings_(std::move(settings)), ids_(ids) {}

  void reasoning(std::string_view text);
  void content(std::string_view text);

  /// A call begins. With an empty `id` it gets one.
  void begin_call(std::string_view name, std::string id = {});
  /// The next fragment of its arguments.
  void arguments(std::string_view fragment);
  /// The call is complete.
  void end_call();
  /// The call broke off. One that was not told of yet is forgotten.
  void break_call();
  void whole_call(std::string_view name, std::string_view arguments, std::string id = {});

  /// A call has begun and the client knows of it: what the model wrote cannot become content any more.
  bool call_is_told() const { return in_call_ && telling_ == Telling::at_once; }
  bool in_call() const { return in_call_; }

  /// The answer is over. White space that is all there was becomes content.
  void finish();
  /// The deltas since the last time.
  std::vector<Delta> take() { return std::exchange(deltas_, {}); }

  const Tools& tools() const { return settings_.tools; }
  std::size_t max_held_bytes() const { return settings_.max_held_bytes; }
  std::size_t complete_calls() const { return complete_calls_; }
  std::size_t broken_calls() const { return broken_calls_; }

 private:
  /// A part of the answer; white space at its beginning waits for what follows.
  struct Part {
    bool begun = false;
    std::string white{};
  };
  void say(Part& part, Delta::Kind kind, std::string_view text);
  /// When the call that has begun is told.
  enum class Telling { at_once, at_its_end, never };
  Telling telling_of_next_call() const;
  void tell_call();
  std::string make_id();

  Settings settings_;
  IdShape ids_;
  std::vector<Delta> deltas_;
  Part reasoning_;
  Part content_;
  bool said_anything_ = false;
  bool in_call_ = false;
  Telling telling_ = Telling::at_once;
  Delta call_;  // the one being read, until it is told
  std::uint32_t told_calls_ = 0;
  std::size_t complete_calls_ = 0;
  std::size_t broken_calls_ = 0;
};

}  // namespace dynamo::parsers
