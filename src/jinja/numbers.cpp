#include "jinja/numbers.h"

#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

#include "jinja/characters.h"

namespace dynamo::jinja {
namespace {

/// Python writes numbers with their exponent from here on, and below 1e-4.
constexpr int kFirstExponent = 16;
constexpr int kLastSmallExponent = -4;

/// The digits without underscores; nothing where one of those is not between two digits.
std::optional<std::string> without_underscores(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      out += text[i];
      continue;
    }
    const auto digit = [&](std::size_t at) {
      return at < text.size() && std::isalnum(static_cast<unsigned char>(text[at])) != 0;
    };
    if (i == 0 || !digit(i - 1) || !digit(i + 1)) return std::nullopt;
  }
  return out;
}

}  // namespace

int prefix_base(std::string_view digits) {
  if (digits.size() < 2 || digits[0] != '0') return 0;
  switch (digits[1] | 0x20) {
    case 'b':
      return 2;
    case 'o':
      return 8;
    case 'x':
      return 16;
    default:
      return 0;
  }
}

void print_real(double value, std::string& out) {
  if (std::isnan(value)) {
    out += "nan";
    return;
  }
  if (std::isinf(value)) {
    out += value < 0 ? "-inf" : "inf";
    return;
  }
  std::array<char, 32> buffer{};
  const auto* end = std::to_chars(buffer.begin(), buffer.end(), value, std::chars_format::scientific).ptr;
  std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  const auto mark = text.find('e');
  int exponent = 0;
  const auto* digits_of_exponent = text.data() + mark + (text[mark + 1] == '+' ? 2 : 1);
  std::from_chars(digits_of_exponent, end, exponent);
  if (exponent < kLastSmallExponent || exponent >= kFirstExponent) {
    out += text;  // to_chars writes two digits of exponent at least, as Python does
    return;
  }
  char* fixed_end = std::to_chars(buffer.begin(), buffer.end(), value, std::chars_format::fixed).ptr;
  text = {buffer.data(), static_cast<std::size_t>(fixed_end - buffer.data())};
  out += text;
  if (!text.contains('.')) out += ".0";
}

std::optional<std::int64_t> parse_integer(std::string_view text, int base) {
  text = strip_left(strip_right(text));
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const int prefix = prefix_base(text);
  if (prefix != 0 && (base == 0 || base == prefix)) {
    base = prefix;
    text.remove_prefix(2);
    if (text.starts_with('_')) text.remove_prefix(1);
  } else if (base == 0) {
    base = 10;
    if (text.starts_with('0') && text.find_first_not_of("0_") != std::string_view::npos) return std::nullopt;
  }
  const auto digits = without_underscores(text);
  if (!digits || digits->empty() || digits->front() == '-') return std::nullopt;
  const auto signed_digits = (negative ? "-" : "") + *digits;
  std::int64_t value = 0;
  const auto* end = signed_digits.data() + signed_digits.size();
  const auto [stop, error] = std::from_chars(signed_digits.data(), end, value, base);
  return error == std::errc{} && stop == end ? std::optional(value) : std::nullopt;
}

std::optional<double> parse_real(std::string_view text) {
  text = strip_left(strip_right(text));
  auto digits = without_underscores(text);
  if (!digits || digits->empty()) return std::nullopt;
  const auto* begin = digits->c_str();
  if (digits->find_first_of("xX(") != std::string::npos) return std::nullopt;  // C's hexadecimal floats
  char* end = nullptr;
  const double value = std::strtod(begin, &end);
  return end == begin + digits->size() ? std::optional(value) : std::nullopt;
}

double round_real(double value, int digits) {
  if (!std::isfinite(value) || digits > 323) return value;
  if (digits < -308) return std::copysign(0.0, value);
  if (digits >= 0) return std::strtod(fmt::format("{:.{}f}", value, digits).c_str(), nullptr);
  const double power = std::pow(10.0, -digits);
  return std::nearbyint(value / power) * power;
}

}  // namespace dynamo::jinja
