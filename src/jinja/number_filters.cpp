#include <array>
#include <cmath>
#include <fmt/format.h>
#include <limits>

#include "jinja/builtins.h"
#include "jinja/numbers.h"
#include "jinja/operations.h"

/// Filters that make numbers, and texts of numbers.
namespace dynamo::jinja {
namespace {

constexpr double kFirstBeyondInteger = 9223372036854775808.0;  // 2^63

/// int(x) of a float; nothing where Python raises.
std::optional<Value> truncated(Runtime& runtime, double value) {
  if (!std::isfinite(value)) return std::nullopt;
  if (std::abs(value) >= kFirstBeyondInteger) {
    runtime.fail(Errc::unsupported, "integers beyond 64 bits are not supported");
  }
  return Value::integer(static_cast<std::int64_t>(value));
}

Value to_int(Runtime& runtime, const Value& self, const Given& given) {
  const auto fallback = given.has(0) ? given[0] : Value::integer(0);
  require_defined(runtime, self);
  if (self.is_whole()) return Value::integer(self.as_integer());
  if (self.is(Kind::large)) return self;
  if (self.is(Kind::real)) {
    if (std::isinf(self.as_real())) runtime.fail("cannot convert float infinity to integer");
    return truncated(runtime, self.as_real()).value_or(fallback);
  }
  if (!self.is_text()) return fallback;
  runtime.charge_characters(self.as_text().size());
  const auto base = whole_argument(runtime, given, 1, 10);
  const bool known_base = base == 0 || (base >= 2 && base <= 36);
  const auto parsed = known_base ? parse_integer(self.as_text(), static_cast<int>(base)) : std::nullopt;
  if (parsed) return Value::integer(*parsed);
  const auto real = parse_real(self.as_text());
  return real ? truncated(runtime, *real).value_or(fallback) : fallback;
}

Value to_float(Runtime& runtime, const Value& self, const Given& given) {
  require_defined(runtime, self);
  const auto fallback = given.has(0) ? given[0] : Value::real(0);
  if (self.is_number()) return Value::real(self.as_real());
  if (!self.is_text()) return fallback;
  runtime.charge_characters(self.as_text().size());
  const auto parsed = parse_real(self.as_text());
  return parsed ? Value::real(*parsed) : fallback;
}

Value absolute(Runtime& runtime, const Value& self, const Given& /*given*/) {
  require_defined(runtime, self);
  if (self.is(Kind::real)) return Value::real(std::abs(self.as_real()));
  if (self.is(Kind::large)) return self;
  if (!self.is_whole()) runtime.fail(fmt::format("bad operand type for abs(): '{}'", type_name(self)));
  return self.as_integer() < 0 ? negate(runtime, self) : Value::integer(self.as_integer());
}

/// Python's round(x, digits) of a whole number, digits below zero: half to even.
Value round_whole(Runtime& runtime, std::int64_t value, std::int64_t digits) {
  if (digits >= 0) return Value::integer(value);
  std::int64_t unit = 1;
  for (auto i = digits; i < 0; ++i) {
    if (__builtin_mul_overflow(unit, 10, &unit)) return Value::integer(0);
  }
  const auto floor =
      arithmetic(runtime, Operation::floor_divide, Value::integer(value), Value::integer(unit));
  auto quotient = floor.as_integer();
  const auto rest = value - quotient * unit;
  if (rest * 2 > unit || (rest * 2 == unit && quotient % 2 != 0)) ++quotient;
  return Value::integer(quotient * unit);
}

Value round_filter(Runtime& runtime, const Value& self, const Given& given) {
  const auto method = given.has(1) && given[1].is_text() ? given[1].as_text() : std::string_view("common");
  if (method != "common" && method != "ceil" && method != "floor") {
    runtime.fail("method must be common, ceil or floor");
  }
  require_defined(runtime, self);
  if (!self.is_number())
    runtime.fail(fmt::format("type {} doesn't define __round__ method", type_name(self)));
  const auto digits = whole_argument(runtime, given, 0, 0);
  if (self.is(Kind::large) && method == "common" && digits >= 0) return self;
  if (method == "common") {
    if (self.is_whole()) return round_whole(runtime, self.as_integer(), digits);
    const auto places = static_cast<int>(std::clamp<std::int64_t>(digits, -400, 400));
    return Value::real(round_real(self.as_real(), places));
  }
  const auto scale = arithmetic(runtime, Operation::power, Value::integer(10), Value::integer(digits));
  const double scaled = self.as_real() * scale.as_real();
  if (!std::isfinite(scaled)) runtime.fail("cannot convert float infinity or NaN to integer");
  return Value::real((method == "ceil" ? std::ceil(scaled) : std::floor(scaled)) / scale.as_real());
}

Value filesizeformat(Runtime& runtime, const Value& self, const Given& given) {
  static constexpr std::array<std::string_view, 8> kPrefixes = {"k", "M", "G", "T", "P", "E", "Z", "Y"};
  const bool binary = flag_argument(runtime, given, 0);
  const auto parsed = self.is_text() ? parse_real(self.as_text()) : std::optional(self.as_real());
  if ((!self.is_number() && !self.is_text()) || !parsed) runtime.fail("filesizeformat needs a number");
  const double bytes = *parsed;
  const double base = binary ? 1024 : 1000;
  if (bytes == 1) return Value::text("1 Byte");
  if (bytes < base) return runtime.text(fmt::format("{} Bytes", static_cast<std::int64_t>(bytes)));
  double unit = base;
  std::size_t prefix = 0;
  do {
    unit *= base;
  } while (bytes >= unit && ++prefix + 1 < kPrefixes.size());
  if (bytes >= unit) unit *= base;
  const auto letter = binary && prefix == 0 ? std::string_view("K") : kPrefixes[prefix];
  return runtime.text(fmt::format("{:.1f} {}{}", base * bytes / unit, letter, binary ? "iB" : "B"));
}

constexpr Builtin kFilters[] = {
    builtin("int", to_int, 0, "default", "base"),
    builtin("float", to_float, 0, "default"),
    builtin("abs", absolute),
    builtin("round", round_filter, 0, "precision", "method"),
    builtin("filesizeformat", filesizeformat, 0, "binary"),
};

}  // namespace

std::span<const Builtin> number_filters() { return kFilters; }

}  // namespace dynamo::jinja
