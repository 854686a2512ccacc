#include "cli/wall_time.h"

#include <ctime>
#include <string>

namespace dynamo::cli {
namespace {

constexpr std::size_t kDateLength = std::string_view("2026-02-03").size();
constexpr std::size_t kOffsetLength = std::string_view("+01:00").size();

/// "+01:00" at the end of a time that is known to be well-formed; nothing stands for UTC.
std::chrono::minutes offset_at_end(std::string_view text) {
  const std::string_view offset = text.substr(text.size() - kOffsetLength);
  if (offset[0] != '+' && offset[0] != '-') return std::chrono::minutes{0};
  const auto digit = [&](std::size_t at) { return offset[at] - '0'; };
  const std::chrono::minutes size{60 * (10 * digit(1) + digit(2)) + 10 * digit(4) + digit(5)};
  return offset[0] == '-' ? -size : size;
}

bool has_zone(std::string_view text) {
  return text.find_first_of("Zz+", kDateLength) != std::string_view::npos ||
         text.find('-', kDateLength) != std::string_view::npos;
}

}  // namespace

std::optional<ZonedTime> parse_zoned_time(std::string_view text) {
  if (text.size() < kDateLength) return std::nullopt;
  std::string whole(text);
  if (whole.size() == kDateLength) whole += "T00:00:00";
  if (!has_zone(whole)) whole += 'Z';
  const auto time = parse_rfc3339(whole);
  if (!time) return std::nullopt;
  return ZonedTime{*time, offset_at_end(whole)};
}

ZonedTime local_time(const Clock& clock) {
  const WallTime now = clock.wall_now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  return {now, std::chrono::minutes{parts.tm_gmtoff / 60}};
}

}  // namespace dynamo::cli
