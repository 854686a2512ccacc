#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

/// The format of log files, that of the container runtimes: "2026-02-03T04:05:06.000007Z stdout F text".
namespace dynamo::node {

enum class LogOrigin : std::uint8_t { output, error };

/// Longer lines are kept in pieces.
constexpr std::size_t kMaxLogLine = 16u << 10;

struct LogLine {
  WallTime time;
  std::string_view time_text;
  std::string_view text;
  bool whole = true;  // otherwise the next line goes on with it
};

std::string format_log_line(WallTime time, LogOrigin origin, std::string_view text, bool whole);
/// Nothing for what is no line of ours.
std::optional<LogLine> parse_log_line(std::string_view line);

/// Cuts what a process writes into lines.
class LineSplitter {
 public:
  /// Calls `take(text, whole)` for every line, without its end, that `bytes` completes.
  template <class Take>
  void feed(std::string_view bytes, Take&& take) {
    for (const char c : bytes) {
      if (c == '\n') {
        take(std::string_view(pending_), true);
        pending_.clear();
      } else {
        pending_.push_back(c);
        if (pending_.size() == kMaxLogLine) {
          take(std::string_view(pending_), false);
          pending_.clear();
        }
      }
    }
  }
  /// The last line, when it has no end.
  template <class Take>
  void finish(Take&& take) {
    if (!pending_.empty()) take(std::string_view(pending_), true);
    pending_.clear();
  }

 private:
  std::string pending_;
};

}  // namespace dynamo::node
