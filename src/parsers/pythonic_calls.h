#pragma once

#include <cstdint>
#include <string>

#include "parsers/held_text.h"
#include "parsers/json_scanner.h"
#include "parsers/markers.h"
#include "parsers/stage.h"

namespace dynamo::parsers {

/// Follows the text of `[f(a=1), g()]` to its last bracket, and says early when it cannot be such a list: a
/// call must begin behind the bracket, and its first argument must have a name. Bounded size.
class CallListScanner {
 public:
  /// Takes the next byte. done: it was the last bracket; bad: it belongs to no such list.
  Progress take(char c);

 private:
  enum class At { open, call, name, argument, argument_name, equals, value, string, escape, after_call };
  bool step(char c);
  bool take_in_name(char c);
  bool take_in_argument_name(char c);
  bool take_in_value(char c);
  bool take_in_string(char c);
  bool begin_word(char c, At at);

  At at_ = At::open;
  bool complete_ = false;
  bool word_ended_ = false;
  std::string brackets_;  // that are open inside a value, each as the one that closes it
  char quote_ = 0;
  int opening_quotes_ = 0;  // of a string of which nothing else was seen
  int closing_quotes_ = 0;  // side by side, in a string with three
  bool thrice_ = false;
};

/// A list of calls in Python's syntax, anywhere in the text. It is told when it is complete; what looks like
/// one and is none, is content.
class PythonicCallsStage final : public SteppedStage {
 public:
  PythonicCallsStage();
  bool reads_call() const override { return state_ == State::list; }

 private:
  enum class State { text, wrapped, list, after };
  bool step(Writer& out) override;
  void end(Writer& out) override;
  bool step_text(Writer& out);
  bool step_wrapped(Writer& out);
  bool step_list(Writer& out);
  bool step_after();
  bool end_list(std::size_t size, Writer& out);
  bool give_up(std::size_t size, Writer& out);

  Markers opens_;
  Markers wrappers_;
  State state_ = State::text;
  HeldText held_;  // a wrapper's marker
  CallListScanner scanner_;
  std::size_t scanned_ = 0;  // bytes of the list, which stays in the input until it is complete
};

}  // namespace dynamo::parsers
