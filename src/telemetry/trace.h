#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dynamo::telemetry {

using TraceId = std::array<std::uint8_t, 16>;
using SpanId = std::array<std::uint8_t, 8>;

/// Where a request stands in a distributed trace (W3C Trace Context, level 1). Ids are inputs: whoever starts
/// a trace or a span makes them.
struct TraceContext {
  TraceId trace_id{};
  SpanId span_id{};
  bool sampled = false;

  /// The context of a new span below this one.
  TraceContext child(SpanId span) const { return {trace_id, span, sampled}; }
  friend bool operator==(const TraceContext&, const TraceContext&) = default;
};

/// Reads a `traceparent` header. Nothing for a version ff, ids of zeros, upper-case digits or any other form
/// that the standard tells to ignore; what a later version appended is not looked at.
std::optional<TraceContext> parse_traceparent(std::string_view header);

/// "00-<32 digits>-<16 digits>-01".
std::string format_traceparent(const TraceContext& context);

/// Lower-case hexadecimal digits, for log fields.
std::string to_hex(const TraceId& id);
std::string to_hex(const SpanId& id);

}  // namespace dynamo::telemetry
