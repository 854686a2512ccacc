#include "jinja/format_spec.h"

#include <cmath>
#include <fmt/format.h>

#include "jinja/characters.h"
#include "jinja/number_format.h"
#include "jinja/numbers.h"
#include "jinja/text_tools.h"

namespace dynamo::jinja {
namespace {

/// [[fill]align][sign][#][0][width][grouping][.precision][type]
struct Spec {
  std::string_view fill = " ";
  char align = '\0';  // '<', '>', '^', '=' or none
  char sign = '\0';
  bool alternate = false;
  std::int64_t width = 0;
  char grouping = '\0';
  std::optional<std::int64_t> precision{};
  char type = '\0';
};

bool is_align(char c) { return c == '<' || c == '>' || c == '^' || c == '='; }

/// Whether a fill is named.
bool read_fill(std::string_view text, std::size_t& at, Spec& spec) {
  if (text.empty()) return false;
  std::size_t behind = 0;
  next_character(text, behind);
  if (behind < text.size() && is_align(text[behind])) {
    spec.fill = text.substr(0, behind);
    spec.align = text[behind];
    at = behind + 1;
    return true;
  }
  if (is_align(text[0])) {
    spec.align = text[0];
    at = 1;
  }
  return false;
}

/// `align`: where values of the type stand when nothing is said.
Spec read(Runtime& runtime, std::string_view text, char align) {
  Spec spec;
  std::size_t at = 0;
  const auto peek = [&] { return at < text.size() ? text[at] : '\0'; };
  const bool filled = read_fill(text, at, spec);
  if (peek() == '+' || peek() == '-' || peek() == ' ') spec.sign = text[at++];
  if (peek() == '#') {
    spec.alternate = true;
    ++at;
  }
  if (peek() == '0' && !filled) {
    spec.fill = "0";
    if (spec.align == '\0' && align == '>') spec.align = '=';
    ++at;
  }
  if (spec.align == '\0') spec.align = align;
  spec.width = take_number(runtime, text, at);
  if (peek() == ',' || peek() == '_') spec.grouping = text[at++];
  if (peek() == '.') {
    const auto digits = ++at;
    spec.precision = take_number(runtime, text, at);
    if (at == digits) runtime.fail("Format specifier missing precision");
  }
  if (at < text.size()) spec.type = text[at++];
  if (at != text.size()) runtime.fail("Invalid format specifier");
  return spec;
}

/// `text` in its field.
std::string aligned(const Spec& spec, std::string_view text) {
  if (spec.align == '<') return pad(text, spec.width, spec.fill, Align::left);
  if (spec.align != '^') return pad(text, spec.width, spec.fill, Align::right);
  const auto count = static_cast<std::int64_t>(character_count(text));
  const auto missing = std::max<std::int64_t>(0, spec.width - count);
  return pad(pad(text, count + missing / 2, spec.fill, Align::right), spec.width, spec.fill, Align::left);
}

/// Zeros before the digits until they take `width` characters, and separators among all of them. A separator
/// never comes first; there is one zero more then.
std::string grouped(std::string digits, char separator, std::size_t size, std::int64_t width) {
  if (digits.empty()) return digits;  // of a number that is not finite
  const auto places = [&](std::size_t count) { return count + (separator == '\0' ? 0 : (count - 1) / size); };
  auto count = digits.size();
  while (static_cast<std::int64_t>(places(count)) < width) ++count;
  digits.insert(0, count - digits.size(), '0');
  if (separator == '\0') return digits;
  std::string out;
  out.reserve(places(count));
  for (std::size_t at = 0; at < count; ++at) {
    if (at > 0 && (count - at) % size == 0) out += separator;
    out += digits[at];
  }
  return out;
}

/// The number in its field; `tail` is what grouping leaves alone: fraction and exponent.
std::string numeric(const Spec& spec, bool negative, std::string_view prefix, std::string digits,
                    std::string_view tail, std::size_t group) {
  const std::string_view sign = negative ? "-" : spec.sign == '+' ? "+" : spec.sign == ' ' ? " " : "";
  const auto head = fmt::format("{}{}", sign, prefix);
  const auto left = spec.width - static_cast<std::int64_t>(head.size());
  const bool zeros = spec.align == '=' && spec.fill == "0" && !digits.empty();
  const auto width = zeros ? left - static_cast<std::int64_t>(tail.size()) : 0;
  const auto body = grouped(std::move(digits), spec.grouping, group, width) + std::string(tail);
  return spec.align == '=' ? head + pad(body, left, spec.fill, Align::right) : aligned(spec, head + body);
}

std::string whole(Runtime& runtime, const Spec& spec, std::int64_t value) {
  if (spec.precision) runtime.fail("Precision not allowed in integer format specifier");
  if (spec.type == 'c') {
    std::string out;
    append_character(out, static_cast<char32_t>(value));
    return aligned(spec, out);
  }
  if (spec.grouping == ',' && std::string_view("boxX").contains(spec.type) && spec.type != '\0') {
    runtime.fail(fmt::format("Cannot specify ',' with '{}'.", spec.type));
  }
  const char type = spec.type == '\0' || spec.type == 'n' ? 'd' : spec.type;
  const auto prefix = spec.alternate ? base_prefix(type) : std::string_view();
  return numeric(spec, value < 0, prefix, magnitude_digits(value, type), {}, type == 'd' ? 3 : 4);
}

/// Without the zeros that end the fraction before an exponent.
std::string without_zeros(std::string digits, bool keep) {
  const auto exponent = digits.find('e');
  if (keep || !digits.contains('.')) return digits;
  auto end = digits.find_last_not_of('0', exponent - 1) + 1;
  if (digits[end - 1] == '.') --end;
  return digits.erase(end, exponent - end);
}

/// The magnitude of a float without a type: as repr, or with so many digits and a point.
std::string general_digits(double value, const Spec& spec) {
  std::string out;
  if (!spec.precision) {
    print_real(std::abs(value), out);
    return out;
  }
  const auto precision = static_cast<int>(std::max<std::int64_t>(1, *spec.precision));
  out = real_digits(value, 'g', precision, spec.alternate);
  if (out.find_first_of("en") != std::string::npos) return out;
  const auto whole = std::min(out.find('.'), out.size());
  if (out.starts_with("0.") || static_cast<int>(whole) < precision)
    return whole < out.size() ? out : out + ".0";
  return without_zeros(real_digits(value, 'e', precision - 1, spec.alternate), spec.alternate);
}

std::string real(Runtime& runtime, const Spec& spec, double value) {
  std::string digits;
  std::string_view percent;
  switch (spec.type) {
    case '\0':
      digits = general_digits(value, spec);
      break;
    case '%':
      digits = real_digits(value * 100, 'f', static_cast<int>(spec.precision.value_or(6)), spec.alternate);
      percent = "%";
      break;
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
      digits = real_digits(value, spec.type, static_cast<int>(spec.precision.value_or(6)), spec.alternate);
      break;
    case 'n':
      digits = real_digits(value, 'g', static_cast<int>(spec.precision.value_or(6)), spec.alternate);
      break;
    default:
      runtime.fail(fmt::format("Unknown format code '{}' for object of type 'float'", spec.type));
  }
  const auto end = std::min(digits.find_first_not_of("0123456789"), digits.size());
  const auto tail = digits.substr(end) + std::string(percent);
  const bool negative = std::signbit(value) && !std::isnan(value);
  return numeric(spec, negative, {}, digits.substr(0, end), tail, 3);
}

std::string text(Runtime& runtime, const Spec& spec, std::string_view value) {
  if (spec.type != '\0' && spec.type != 's') {
    runtime.fail(fmt::format("Unknown format code '{}' for object of type 'str'", spec.type));
  }
  if (spec.grouping != '\0') runtime.fail(fmt::format("Cannot specify '{}' with 's'.", spec.grouping));
  if (spec.sign != '\0') runtime.fail("Sign not allowed in string format specifier");
  if (spec.alternate) runtime.fail("Alternate form (#) not allowed in string format specifier");
  if (spec.align == '=') runtime.fail("'=' alignment not allowed in string format specifier");
  if (spec.precision)
    value = value.substr(0, byte_of_character(value, static_cast<std::size_t>(*spec.precision)));
  return aligned(spec, value);
}

}  // namespace

std::string format_value(Runtime& runtime, const Value& value, std::string_view spec_text) {
  if (spec_text.empty()) {
    std::string out;
    print(runtime, value, out);
    return out;
  }
  if (!value.is_text() && !value.is_number()) {
    runtime.fail(fmt::format("unsupported format string passed to {}.__format__", type_name(value)));
  }
  if (value.is(Kind::large)) runtime.fail(Errc::unsupported, "integers beyond 64 bits are not supported");
  const auto spec = read(runtime, spec_text, value.is_text() ? '<' : '>');
  runtime.charge_bytes(static_cast<std::size_t>(spec.width + spec.precision.value_or(0)));
  if (value.is_text()) return text(runtime, spec, value.as_text());
  const bool as_real =
      value.is(Kind::real) || (spec.type != '\0' && std::string_view("eEfFgG%").contains(spec.type));
  if (as_real) return real(runtime, spec, value.as_real());
  if (spec.type != '\0' && !std::string_view("bcdoxXn").contains(spec.type)) {
    runtime.fail(
        fmt::format("Unknown format code '{}' for object of type '{}'", spec.type, type_name(value)));
  }
  return whole(runtime, spec, value.as_integer());
}

}  // namespace dynamo::jinja
