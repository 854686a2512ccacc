#include "jinja/number_format.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <fmt/format.h>

namespace dynamo::jinja {
namespace {

bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }

std::string capitals(std::string text) {
  for (auto& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return text;
}

}  // namespace

std::string magnitude_digits(std::int64_t value, char type) {
  const auto magnitude =
      value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  int base = 10;
  if (type == 'x' || type == 'X') base = 16;
  if (type == 'o') base = 8;
  if (type == 'b') base = 2;
  std::array<char, 72> buffer{};
  const auto* end = std::to_chars(buffer.begin(), buffer.end(), magnitude, base).ptr;
  std::string digits(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  return type == 'X' ? capitals(std::move(digits)) : digits;
}

std::string_view base_prefix(char type) {
  switch (type) {
    case 'x':
      return "0x";
    case 'X':
      return "0X";
    case 'o':
      return "0o";
    case 'b':
      return "0b";
    default:
      return {};
  }
}

std::string real_digits(double value, char type, int precision, bool alternate) {
  const double magnitude = std::abs(value);
  if (!std::isfinite(magnitude)) {
    const std::string_view word = std::isnan(magnitude) ? "nan" : "inf";
    return is_capital(type) ? capitals(std::string(word)) : std::string(word);
  }
  const std::string_view flag = alternate ? "#" : "";
  const auto format = fmt::format("%{}.*{}", flag, type == 'F' ? 'f' : type);
  // C lays digits out as Python does.
  const auto size = std::snprintf(nullptr, 0, format.c_str(), precision, magnitude);
  std::string out(static_cast<std::size_t>(size) + 1, '\0');
  std::snprintf(out.data(), out.size(), format.c_str(), precision, magnitude);
  out.pop_back();
  return out;
}

std::int64_t take_number(Runtime& runtime, std::string_view text, std::size_t& at) {
  std::int64_t value = 0;
  while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
    value = value * 10 + (text[at++] - '0');
    if (value > kWidestField) runtime.fail(Errc::too_large, "a field of a format is too wide");
  }
  return value;
}

}  // namespace dynamo::jinja
