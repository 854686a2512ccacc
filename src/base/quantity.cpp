#include "base/quantity.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <limits>

namespace dynamo {
namespace {

__extension__ using Int128 = __int128;

constexpr Int128 kNano = 1'000'000'000;
constexpr Int128 kMaxUnits = std::numeric_limits<std::int64_t>::max();
constexpr Int128 kMax = kMaxUnits * kNano;
constexpr int kNanoDigits = 9;
/// Digits of an Int128 that can be added up without overflow.
constexpr std::size_t kSafeDigits = 36;

struct Suffix {
  std::string_view text;
  int base;      // 2 or 10
  int exponent;  // of the base
};
constexpr std::array<Suffix, 16> kSuffixes{{{"n", 10, -9},
                                            {"u", 10, -6},
                                            {"m", 10, -3},
                                            {"", 10, 0},
                                            {"k", 10, 3},
                                            {"M", 10, 6},
                                            {"G", 10, 9},
                                            {"T", 10, 12},
                                            {"P", 10, 15},
                                            {"E", 10, 18},
                                            {"Ki", 2, 10},
                                            {"Mi", 2, 20},
                                            {"Gi", 2, 30},
                                            {"Ti", 2, 40},
                                            {"Pi", 2, 50},
                                            {"Ei", 2, 60}}};

/// The text taken apart: sign, digits before and after the point, and what the suffix stands for.
struct Parts {
  bool negative{false};
  std::string_view whole{};
  std::string_view fraction{};
  Suffix scale{};
  bool exponent_form{false};
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view take_digits(std::string_view& text) {
  std::size_t n = 0;
  while (n < text.size() && is_digit(text[n])) ++n;
  const auto digits = text.substr(0, n);
  text.remove_prefix(n);
  return digits;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text[0] != wanted) return false;
  text.remove_prefix(1);
  return true;
}

/// "e3", "E-3": the exponent, if the suffix is one. Clamped to ±100, which is beyond every cap.
std::optional<int> exponent_of(std::string_view suffix) {
  if (suffix.size() < 2 || (suffix[0] != 'e' && suffix[0] != 'E')) return std::nullopt;
  suffix.remove_prefix(1);
  const bool negative = take(suffix, '-');
  if (!negative) take(suffix, '+');
  if (suffix.empty() || suffix.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  int value = 100;
  if (std::from_chars(suffix.data(), suffix.data() + suffix.size(), value).ec != std::errc{}) value = 100;
  value = std::min(value, 100);
  return negative ? -value : value;
}

std::optional<Parts> take_apart(std::string_view text) {
  Parts parts;
  parts.negative = take(text, '-');
  if (!parts.negative) take(text, '+');
  parts.whole = take_digits(text);
  if (take(text, '.')) parts.fraction = take_digits(text);
  if (parts.whole.empty() && parts.fraction.empty()) return std::nullopt;
  for (const auto& suffix : kSuffixes) {
    if (suffix.text == text) {
      parts.scale = suffix;
      return parts;
    }
  }
  const auto exponent = exponent_of(text);
  if (!exponent) return std::nullopt;
  parts.scale = {{}, 10, *exponent};
  parts.exponent_form = true;
  return parts;
}

Int128 to_number(std::string_view digits) {
  Int128 value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

Int128 power_of_ten(int exponent) {
  Int128 value = 1;
  for (; exponent > 0; --exponent) value *= 10;
  return value;
}

Int128 divide_up(Int128 value, Int128 by) { return value / by + (value % by != 0 ? 1 : 0); }

/// digits · 10^exponent, rounded up to a whole number and capped.
Int128 scale_decimal(std::string digits, int exponent) {
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  bool rest = false;
  if (exponent < 0) {
    const auto cut = std::min(static_cast<std::size_t>(-exponent), digits.size());
    rest = digits.find_first_not_of('0', digits.size() - cut) != std::string::npos;
    digits.resize(digits.size() - cut);
  } else if (!digits.empty()) {
    digits.append(static_cast<std::size_t>(exponent), '0');
  }
  if (digits.size() > kSafeDigits) return kMax;
  return std::min(kMax, to_number(digits) + (rest ? 1 : 0));
}

/// whole.fraction · 2^exponent in nanos, rounded up and capped.
Int128 scale_binary(std::string_view whole, std::string_view fraction, int exponent) {
  constexpr std::size_t kFractionDigits = 18;
  whole.remove_prefix(std::min(whole.find_first_not_of('0'), whole.size()));
  if (whole.size() > 19 || to_number(whole) > (kMaxUnits >> exponent)) return kMax;
  const Int128 whole_nanos = (to_number(whole) << exponent) * kNano;
  const bool rest = fraction.find_first_not_of('0', kFractionDigits) != std::string_view::npos;
  fraction = fraction.substr(0, kFractionDigits);
  const int digits = static_cast<int>(fraction.size());
  Int128 part = to_number(fraction) << exponent;
  part = digits <= kNanoDigits ? part * power_of_ten(kNanoDigits - digits)
                               : divide_up(part, power_of_ten(digits - kNanoDigits));
  return std::min(kMax, whole_nanos + part + (rest ? 1 : 0));
}

std::string_view decimal_suffix(int exponent) {
  for (const auto& suffix : kSuffixes) {
    if (suffix.base == 10 && suffix.exponent == exponent) return suffix.text;
  }
  return {};
}

Int128 magnitude(Int128 value) { return value < 0 ? -value : value; }

std::string digits_of(Int128 value) {
  std::string out;
  for (; value > 0; value /= 10)
    out.insert(out.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
  return out;
}

std::string write_decimal(Int128 nanos, Quantity::Format format) {
  int exponent = -9;
  for (; nanos % 1000 == 0 && exponent < 18; exponent += 3) nanos /= 1000;
  const std::string digits = digits_of(nanos);
  if (format != Quantity::Format::decimal_exponent) return digits + std::string(decimal_suffix(exponent));
  return exponent == 0 ? digits : fmt::format("{}e{}", digits, exponent);
}

std::string write_binary(Int128 units) {
  int exponent = 0;
  for (; units % 1024 == 0 && exponent < 60; exponent += 10) units /= 1024;
  constexpr std::array<std::string_view, 7> kNames{"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
  return digits_of(units) + std::string(kNames[static_cast<std::size_t>(exponent / 10)]);
}

Int128 capped(Int128 nanos) { return std::max(-kMax, std::min(kMax, nanos)); }

std::int64_t round_away(Int128 nanos, Int128 unit) {
  const Int128 rounded = divide_up(magnitude(nanos), unit);
  const auto value = static_cast<std::int64_t>(std::min(rounded, kMaxUnits));
  return nanos < 0 ? -value : value;
}

}  // namespace

Quantity Quantity::of(std::int64_t units, Format format) { return {capped(Int128{units} * kNano), format}; }

Result<Quantity> Quantity::parse(std::string_view text) {
  const auto parts = take_apart(text);
  if (!parts) {
    return fail(Errc::invalid,
                fmt::format("\"{}\" is not a quantity: digits with an optional fraction, then one of "
                            "n u m k M G T P E Ki Mi Gi Ti Pi Ei or an exponent such as e3",
                            text));
  }
  const bool binary = parts->scale.base == 2;
  const Int128 nanos =
      binary ? scale_binary(parts->whole, parts->fraction, parts->scale.exponent)
             : scale_decimal(std::string(parts->whole).append(parts->fraction),
                             parts->scale.exponent + kNanoDigits - static_cast<int>(parts->fraction.size()));
  const Format format = binary                 ? Format::binary_si
                        : parts->exponent_form ? Format::decimal_exponent
                                               : Format::decimal_si;
  return Quantity{parts->negative ? -nanos : nanos, format};
}

std::string Quantity::to_string() const {
  if (is_zero()) return "0";
  const Int128 size = magnitude(nanos_);
  const std::string sign = nanos_ < 0 ? "-" : "";
  const bool binary = format_ == Format::binary_si && size >= 1024 * kNano && size % kNano == 0;
  if (binary) return sign + write_binary(size / kNano);
  return sign + write_decimal(size, format_ == Format::binary_si ? Format::decimal_si : format_);
}

std::int64_t Quantity::units() const { return round_away(nanos_, kNano); }

std::int64_t Quantity::milli_units() const { return round_away(nanos_, kNano / 1000); }

Quantity operator+(const Quantity& a, const Quantity& b) {
  return {capped(a.nanos_ + b.nanos_), a.is_zero() ? b.format_ : a.format_};
}

Quantity operator-(const Quantity& a, const Quantity& b) {
  return {capped(a.nanos_ - b.nanos_), a.is_zero() ? b.format_ : a.format_};
}

}  // namespace dynamo
