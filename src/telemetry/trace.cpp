#include "telemetry/trace.h"

#include <algorithm>
#include <fmt/format.h>
#include <span>

namespace dynamo::telemetry {
namespace {

constexpr std::size_t kLength = 55;  // 2-32-16-2 digits and three dashes

int digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

bool read_hex(std::string_view text, std::span<std::uint8_t> out) noexcept {
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int high = digit(text[2 * i]);
    const int low = digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return true;
}

bool is_zero(std::span<const std::uint8_t> id) noexcept {
  return std::ranges::all_of(id, [](std::uint8_t b) { return b == 0; });
}

std::string hex(std::span<const std::uint8_t> id) {
  std::string out;
  for (const auto b : id) fmt::format_to(std::back_inserter(out), "{:02x}", b);
  return out;
}

}  // namespace

std::optional<TraceContext> parse_traceparent(std::string_view header) {
  if (header.size() < kLength || header[2] != '-' || header[35] != '-' || header[52] != '-')
    return std::nullopt;
  std::array<std::uint8_t, 1> version{};
  std::array<std::uint8_t, 1> flags{};
  TraceContext out;
  const bool read = read_hex(header, version) && read_hex(header.substr(3), out.trace_id) &&
                    read_hex(header.substr(36), out.span_id) && read_hex(header.substr(53), flags);
  if (!read || version[0] == 0xff || is_zero(out.trace_id) || is_zero(out.span_id)) return std::nullopt;
  const bool has_more = header.size() > kLength;
  if (has_more && (version[0] == 0 || header[kLength] != '-')) return std::nullopt;
  out.sampled = (flags[0] & 1) != 0;
  return out;
}

std::string format_traceparent(const TraceContext& context) {
  return fmt::format("00-{}-{}-{}", to_hex(context.trace_id), to_hex(context.span_id),
                     context.sampled ? "01" : "00");
}

std::string to_hex(const TraceId& id) { return hex(id); }
std::string to_hex(const SpanId& id) { return hex(id); }

}  // namespace dynamo::telemetry
