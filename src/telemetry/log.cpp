#include "telemetry/log.h"

#include <array>
#include <cerrno>
#include <cmath>
#include <fmt/format.h>
#include <unistd.h>

#include "base/json.h"

namespace dynamo::telemetry {
namespace {

constexpr std::array<std::string_view, 6> kLevelNames{"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF"};

std::optional<LogLevel> parse_level(std::string_view text) {
  for (std::size_t i = 0; i < kLevelNames.size(); ++i) {
    const bool same = std::ranges::equal(text, kLevelNames[i], [](char a, char b) {
      return std::toupper(static_cast<unsigned char>(a)) == b;
    });
    if (same) return static_cast<LogLevel>(i);
  }
  return std::nullopt;
}

bool covers(std::string_view path, std::string_view target) {
  return target.starts_with(path) &&
         (target.size() == path.size() || target.substr(path.size()).starts_with("::"));
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::string quoted(std::string_view text) { return boost::json::serialize(boost::json::string_view(text)); }

bool is_plain_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return c > ' ' && c != '"' && c != '\\' && c != '=' && c != '\x7f';
  });
}

/// The last two parts of a source path: "worker/worker.cpp".
std::string_view short_path(std::string_view path) {
  const auto last = path.rfind('/');
  if (last == std::string_view::npos || last == 0) return path;
  const auto before = path.rfind('/', last - 1);
  return before == std::string_view::npos ? path : path.substr(before + 1);
}

std::string format_double(double number) {
  return std::isfinite(number) ? fmt::format("{}", number) : fmt::format("\"{}\"", number);
}

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};

void append_fields(std::initializer_list<LogField> fields, std::string& text, std::string& json) {
  for (const auto& field : fields) {
    text.append(" ").append(field.key).append("=");
    field.value.append_text(text);
    json.append(",").append(quoted(field.key)).append(":");
    field.value.append_json(json);
  }
}

}  // namespace

struct Logger::Shared {
  LogConfig config;
  LogSink sink;
  const Clock& clock;
};

std::string_view to_string(LogLevel level) noexcept { return kLevelNames[static_cast<std::size_t>(level)]; }

LogLevel LogFilter::level_of(std::string_view target) const {
  LogLevel out = level;
  std::size_t longest = 0;
  for (const auto& [path, path_level] : targets) {
    if (path.size() < longest || !covers(path, target)) continue;
    longest = path.size();
    out = path_level;
  }
  return out;
}

Result<LogFilter> LogFilter::parse(std::string_view text) {
  LogFilter out;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const auto part = trim(text.substr(0, comma));
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    if (part.empty()) continue;
    const auto equals = part.find('=');
    const auto level_text = equals == std::string_view::npos ? part : trim(part.substr(equals + 1));
    const auto parsed = parse_level(level_text);
    if (!parsed) {
      return fail(
          Errc::invalid,
          fmt::format("\"{}\" is not a level: use trace, debug, info, warn, error or off", level_text));
    }
    if (equals == std::string_view::npos) {
      out.level = *parsed;
    } else {
      out.targets[std::string(trim(part.substr(0, equals)))] = *parsed;
    }
  }
  return out;
}

Result<LogConfig> LogConfig::from_environment(const Environment& env) {
  LogConfig out;
  if (const auto text = env.get("DYN_LOG")) {
    auto filter = LogFilter::parse(*text);
    if (!filter) return context("DYN_LOG", std::move(filter.error()));
    out.filter = std::move(*filter);
  }
  if (const auto text = env.get("DYN_LOGGING_JSONL")) {
    const auto on = parse_switch(*text);
    if (!on)
      return fail(Errc::invalid, fmt::format("DYN_LOGGING_JSONL must be true or false, got \"{}\"", *text));
    out.json_lines = *on;
  }
  return out;
}

void LogValue::append_json(std::string& out) const {
  std::visit(Overloaded{[&](const std::string& text) { out += quoted(text); },
                        [&](bool flag) { out += flag ? "true" : "false"; },
                        [&](double number) { out += format_double(number); },
                        [&](auto number) { fmt::format_to(std::back_inserter(out), "{}", number); }},
             value_);
}

void LogValue::append_text(std::string& out) const {
  const auto* text = std::get_if<std::string>(&value_);
  if (text != nullptr && is_plain_word(*text)) {
    out += *text;
  } else {
    append_json(out);
  }
}

void write_to_stderr(std::string_view line) {
  while (!line.empty()) {
    const auto n = ::write(STDERR_FILENO, line.data(), line.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;  // nobody listens; a log must not stop the work
    line.remove_prefix(static_cast<std::size_t>(n));
  }
}

Logger::Logger(LogConfig config, LogSink sink, const Clock& clock)
    : shared_(std::make_shared<const Shared>(std::move(config), std::move(sink), clock)),
      level_(shared_->config.filter.level_of(target_)) {}

Logger Logger::silent() {
  LogConfig config;
  config.filter.level = LogLevel::off;
  return Logger(std::move(config), [](std::string_view) {});
}

Logger Logger::with_target(std::string target) const {
  Logger out = *this;
  out.target_ = std::move(target);
  out.level_ = shared_->config.filter.level_of(out.target_);
  return out;
}

Logger Logger::with_fields(std::initializer_list<LogField> fields) const {
  Logger out = *this;
  append_fields(fields, out.text_fields_, out.json_fields_);
  return out;
}

void Logger::write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields,
                   std::source_location where) const {
  if (!enabled(level)) return;
  std::string text = text_fields_;
  std::string json = json_fields_;
  append_fields(fields, text, json);
  const auto time = format_rfc3339_micro(shared_->clock.wall_now());
  const auto line = shared_->config.json_lines
                        ? fmt::format(
                              "{{\"time\":\"{}\",\"level\":\"{}\",\"target\":{},\"message\":{},\"file\":{},"
                              "\"line\":{}{}}}\n",
                              time, to_string(level), quoted(target_), quoted(message),
                              quoted(short_path(where.file_name())), where.line(), json)
                        : fmt::format("{} {:>5} {}: {}{}\n", time, to_string(level), target_, message, text);
  shared_->sink(line);
}

}  // namespace dynamo::telemetry
