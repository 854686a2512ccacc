#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/yaml.h"

/// Plain scalars. The rules are those of YAML 1.1 as Go programs of the Kubernetes family apply them, found
/// by asking kubectl; yaml_test.cpp holds the table.
namespace dynamo::yaml {
namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

std::optional<json::value> resolve_word(std::string_view s) {
  if (is_one_of(s, {"", "~", "null", "Null", "NULL"})) return json::value(nullptr);
  if (is_one_of(s, {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"}))
    return json::value(true);
  if (is_one_of(s, {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"})) {
    return json::value(false);
  }
  return std::nullopt;
}

bool is_not_finite(std::string_view s) {
  if (!s.empty() && (s[0] == '+' || s[0] == '-')) {
    s.remove_prefix(1);
  } else if (is_one_of(s, {".nan", ".NaN", ".NAN"})) {
    return true;
  }
  return is_one_of(s, {".inf", ".Inf", ".INF"});
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string without_underscores(std::string_view s) {
  std::string out(s);
  std::erase(out, '_');
  return out;
}

struct Radix {
  int base;
  std::size_t prefix;  // characters before the digits
};

Radix radix_of(std::string_view digits) {
  if (digits.size() < 2 || digits[0] != '0') return {10, 0};
  switch (digits[1]) {
    case 'x':
    case 'X':
      return {16, 2};
    case 'o':
    case 'O':
      return {8, 2};
    case 'b':
    case 'B':
      return {2, 2};
    default:
      return {8, 1};
  }
}

/// Whole numbers in four radices, with a sign; nothing when they do not fit into 64 bits.
std::optional<json::value> resolve_integer(std::string_view s) {
  const bool negative = s.starts_with('-');
  if (negative || s.starts_with('+')) s.remove_prefix(1);
  const Radix radix = radix_of(s);
  s.remove_prefix(radix.prefix);
  std::uint64_t magnitude = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), magnitude, radix.base);
  if (s.empty() || error != std::errc{} || end != s.data() + s.size()) return std::nullopt;
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (!negative && magnitude > kMax) return json::value(magnitude);
  if (magnitude > kMax + (negative ? 1 : 0)) return std::nullopt;
  return json::value(negative ? static_cast<std::int64_t>(0 - magnitude)
                              : static_cast<std::int64_t>(magnitude));
}

std::size_t skip_digits(std::string_view s, std::size_t at) {
  while (at < s.size() && is_digit(s[at])) ++at;
  return at;
}

/// [-+]? (digits [. digits?]? | . digits) ([eE] [-+]? digits)?
bool looks_like_float(std::string_view s) {
  std::size_t at = !s.empty() && (s[0] == '+' || s[0] == '-') ? 1 : 0;
  const std::size_t whole = at;
  at = skip_digits(s, at);
  bool digits = at > whole;
  if (at < s.size() && s[at] == '.') {
    const std::size_t fraction = ++at;
    at = skip_digits(s, at);
    digits = digits || at > fraction;
  }
  if (!digits) return false;
  if (at == s.size()) return true;
  if (s[at] != 'e' && s[at] != 'E') return false;
  ++at;
  if (at < s.size() && (s[at] == '+' || s[at] == '-')) ++at;
  return at < s.size() && skip_digits(s, at) == s.size();
}

/// Numbers with a whole value become whole numbers, as they do on their way through JSON.
std::optional<json::value> resolve_float(std::string_view s) {
  if (!looks_like_float(s)) return std::nullopt;
  if (s[0] == '+') s.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), number);
  if (error != std::errc{}) return std::nullopt;  // too large for a double: stays a string
  constexpr double kLimit = 9223372036854775808.0;
  if (number == std::floor(number) && std::abs(number) < kLimit) {
    return json::value(static_cast<std::int64_t>(number));
  }
  return json::value(number);
}

}  // namespace

std::optional<json::value> resolve_plain(std::string_view s) {
  if (auto word = resolve_word(s)) return word;
  if (is_not_finite(s)) return std::nullopt;
  const bool numeric = is_digit(s[0]) || s[0] == '+' || s[0] == '-' || s[0] == '.';
  if (numeric) {
    const std::string digits = without_underscores(s);
    if (auto integer = resolve_integer(digits)) return integer;
    if (auto number = resolve_float(digits)) return number;
  }
  return json::value(s);
}

}  // namespace dynamo::yaml
