#include "node/log_line.h"

namespace dynamo::node {

std::string format_log_line(WallTime time, LogOrigin origin, std::string_view text, bool whole) {
  return fmt::format("{} {} {} {}\n", format_rfc3339_micro(time),
                     origin == LogOrigin::output ? "stdout" : "stderr", whole ? 'F' : 'P', text);
}

std::optional<LogLine> parse_log_line(std::string_view line) {
  LogLine out;
  const auto origin = line.find(' ');
  if (origin == std::string_view::npos) return std::nullopt;
  const auto tag = line.find(' ', origin + 1);
  if (tag == std::string_view::npos || line.size() < tag + 3 || line[tag + 2] != ' ') return std::nullopt;
  out.time_text = line.substr(0, origin);
  const auto time = parse_rfc3339(out.time_text);
  if (!time) return std::nullopt;
  out.time = *time;
  out.whole = line[tag + 1] == 'F';
  out.text = line.substr(tag + 3);
  return out;
}

}  // namespace dynamo::node
