#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace dynamo::up {

/// Where a platform says how its start goes: on its standard output and, when it was started in the
/// background, also through a pipe to the command that started it, which waits until the outcome is known.
///
/// On the pipe every line begins with '+' (text), '=' (ready), '?' (failed: the input is at fault) or
/// '!' (failed otherwise), with the reason.
class Reporter {
 public:
  /// `pipe` is -1 where nobody waits. Taken over.
  explicit Reporter(int pipe = -1) : pipe_(pipe) {}
  Reporter(const Reporter&) = delete;
  Reporter& operator=(const Reporter&) = delete;

  void say(std::string_view text);
  /// The outcomes, of which one is told once; what is said later is for the log alone. After `failed` the
  /// pipe is left to end with the process, so that whoever waits returns when nothing of it is left.
  void ready();
  void not_ready(const Error& why);  // the platform goes on
  void failed(const Error& why);     // it ends now

 private:
  void send(char kind, std::string_view text);
  void send(const Error& why);
  void close();
  int pipe_;
};

/// Copies what comes through the pipe to standard output until the outcome is known.
/// Errors: invalid or unavailable, with what was reported, or internal when the other side just went away.
Result<void> follow_report(int pipe);

}  // namespace dynamo::up
