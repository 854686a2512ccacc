#include "telemetry/exposition.h"

#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace dynamo::telemetry {
namespace {

bool is_name_char(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == ':';
}

std::string_view take_name(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && is_name_char(text[length])) ++length;
  const auto name = text.substr(0, length);
  text.remove_prefix(length);
  return name;
}

void skip_blanks(std::string_view& text) {
  while (!text.empty() && (text[0] == ' ' || text[0] == '\t')) text.remove_prefix(1);
}

/// Moves behind a quoted label value; false when it does not end.
bool skip_quoted(std::string_view& text) {
  if (text.empty() || text[0] != '"') return false;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

/// Whether the first word is a number as the format has it: "1", "-0.5e3", "+Inf", "NaN".
bool begins_with_number(std::string_view text) noexcept {
  std::string_view word = text.substr(0, text.find_first_of(" \t"));
  if (word.starts_with('+')) word.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  return error != std::errc::invalid_argument && end == word.data() + word.size();
}

/// A sample line cut into its parts: `name{labels} rest`.
struct Sample {
  std::string_view name;
  std::string_view labels;                // between the braces, without a trailing comma
  std::vector<std::string_view> present;  // label names
  std::string_view rest;                  // value and time stamp
};

/// Reads from behind the opening brace to behind the closing one.
bool read_labels(std::string_view& text, Sample& out) {
  const char* begin = text.data();
  const char* end = begin;
  for (;;) {
    skip_blanks(text);
    if (!text.empty() && text[0] == '}') break;
    const auto name = take_name(text);
    skip_blanks(text);
    if (name.empty() || text.empty() || text[0] != '=') return false;
    text.remove_prefix(1);
    skip_blanks(text);
    if (!skip_quoted(text)) return false;
    end = text.data();
    out.present.push_back(name);
    skip_blanks(text);
    if (!text.empty() && text[0] == ',') text.remove_prefix(1);
  }
  out.labels = {begin, static_cast<std::size_t>(end - begin)};
  text.remove_prefix(1);
  return true;
}

std::optional<Sample> read_sample(std::string_view line) {
  Sample out;
  out.name = take_name(line);
  if (out.name.empty()) return std::nullopt;
  skip_blanks(line);
  if (!line.empty() && line[0] == '{') {
    line.remove_prefix(1);
    if (!read_labels(line, out)) return std::nullopt;
    skip_blanks(line);
  }
  if (!begins_with_number(line)) return std::nullopt;
  out.rest = line;
  return out;
}

void append_sample(std::string& out, const Sample& sample, const Labels& labels) {
  out += sample.name;
  out += '{';
  out += sample.labels;
  bool first = sample.labels.empty();
  for (const auto& [name, value] : labels) {
    if (std::ranges::find(sample.present, name) != sample.present.end()) continue;
    fmt::format_to(std::back_inserter(out), "{}{}=\"{}\"", first ? "" : ",", name, escape_label_value(value));
    first = false;
  }
  out.append("} ").append(sample.rest).push_back('\n');
}

std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
  return line;
}

}  // namespace

std::string escape_label_value(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '\n') {
      out += "\\n";
    } else {
      if (c == '\\' || c == '"') out += '\\';
      out += c;
    }
  }
  return out;
}

std::string escape_help(std::string_view help) {
  std::string out;
  for (const char c : help) {
    if (c == '\n') {
      out += "\\n";
    } else {
      if (c == '\\') out += '\\';
      out += c;
    }
  }
  return out;
}

std::string format_number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return fmt::format("{}", value);
}

std::string render_labels(const Labels& labels) {
  std::string out;
  for (const auto& [name, value] : labels) {
    fmt::format_to(std::back_inserter(out), "{}{}=\"{}\"", out.empty() ? "" : ",", name,
                   escape_label_value(value));
  }
  return out;
}

std::string inject_labels(std::string_view text, const Labels& labels) {
  std::string out;
  out.reserve(text.size() * 2);
  while (!text.empty()) {
    auto line = take_line(text);
    if (line.empty() || line[0] == '#') {
      out.append(line).push_back('\n');
    } else if (const auto sample = read_sample(line)) {
      append_sample(out, *sample, labels);
    }
  }
  return out;
}

}  // namespace dynamo::telemetry
