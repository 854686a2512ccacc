#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/environment.h"
#include "base/error.h"

/// Structured logs: a constant message and key-value fields, as text or as JSON lines.
///
///   Logger log = make_logger(config).with_target("worker");
///   log.info("engine is ready", {{"model", model}, {"port", port}});
namespace dynamo::telemetry {

enum class LogLevel : std::uint8_t { trace, debug, info, warn, error, off };

/// "INFO" and the like.
std::string_view to_string(LogLevel level) noexcept;

/// Which messages are wanted: a level, and other levels for targets that begin with a given path.
struct LogFilter {
  LogLevel level = LogLevel::info;
  std::map<std::string, LogLevel, std::less<>> targets;
  /// The level of the longest entry that is `target` or a path above it ("worker" covers "worker::engine").
  LogLevel level_of(std::string_view target) const;
  /// Reads "info", "warn,worker=debug,net::http=off". Errors: invalid, naming the part that is wrong.
  static Result<LogFilter> parse(std::string_view text);
  friend bool operator==(const LogFilter&, const LogFilter&) = default;
};

struct LogConfig {
  LogFilter filter;
  bool json_lines = false;
  /// Reads DYN_LOG and DYN_LOGGING_JSONL. Errors: invalid, naming the variable.
  static Result<LogConfig> from_environment(const Environment& env);
};

/// A value of a field: text, number or switch; held as it will be written.
class LogValue {
 public:
  LogValue(std::string_view text) : value_(std::string(text)) {}
  LogValue(const std::string& text) : value_(text) {}
  LogValue(const char* text) : value_(std::string(text)) {}
  LogValue(bool flag) : value_(flag) {}
  LogValue(double number) : value_(number) {}
  template <std::signed_integral T>
  LogValue(T number) : value_(static_cast<std::int64_t>(number)) {}
  template <std::unsigned_integral T>
    requires(!std::same_as<T, bool>)
  LogValue(T number) : value_(static_cast<std::uint64_t>(number)) {}

  /// As JSON.
  void append_json(std::string& out) const;
  /// As text: bare where it is one plain word, quoted as in JSON otherwise.
  void append_text(std::string& out) const;

 private:
  std::variant<std::string, bool, double, std::int64_t, std::uint64_t> value_;
};

struct LogField {
  std::string_view key;
  LogValue value;
};

/// Where lines go: a whole line, with its line feed.
using LogSink = std::function<void(std::string_view line)>;

/// Writes to standard error, each line in one system call.
void write_to_stderr(std::string_view line);

/// A cheap handle: a target, the fields that all its lines carry, and the shared destination. Threads: safe,
/// as the sink is.
class Logger {
 public:
  Logger(LogConfig config, LogSink sink = write_to_stderr, const Clock& clock = Clock::system());
  /// One that writes nothing, for tests and tools.
  static Logger silent();

  /// The same destination under another target, its level looked up anew.
  Logger with_target(std::string target) const;
  /// With fields that every line of this handle carries, e.g. trace_id.
  Logger with_fields(std::initializer_list<LogField> fields) const;

  bool enabled(LogLevel level) const noexcept { return level >= level_; }
  void write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields,
             std::source_location where) const;

  void debug(std::string_view message, std::initializer_list<LogField> fields = {},
             std::source_location where = std::source_location::current()) const {
    write(LogLevel::debug, message, fields, where);
  }
  void info(std::string_view message, std::initializer_list<LogField> fields = {},
            std::source_location where = std::source_location::current()) const {
    write(LogLevel::info, message, fields, where);
  }
  void warn(std::string_view message, std::initializer_list<LogField> fields = {},
            std::source_location where = std::source_location::current()) const {
    write(LogLevel::warn, message, fields, where);
  }
  void error(std::string_view message, std::initializer_list<LogField> fields = {},
             std::source_location where = std::source_location::current()) const {
    write(LogLevel::error, message, fields, where);
  }

 private:
  struct Shared;
  std::shared_ptr<const Shared> shared_;
  std::string target_ = "dynamo";
  std::string text_fields_;  // already formatted
  std::string json_fields_;
  LogLevel level_;
};

}  // namespace dynamo::telemetry
