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

void read_fill(std::string_view text, std::size_t& at, Spec& spec) {
  if (text.empty()) return;
  std::size_t behind = 0;
  next_character(text, behind);
  if (behind < text.size() && is_align(text[behind])) {
    spec.fill = text.substr(0, behind);
    spec.align = text[behind];
    at = behind + 1;
  } else if (is_align(text[0])) {
    spec.align = text[0];
    at = 1;
  }
}

Spec read(Runtime& runtime, std::string_view text) {
  Spec spec;
  std::size_t at = 0;
  const auto peek = [&] { return at < text.size() ? text[at] : '\0'; };
  read_fill(text, at, spec);
  if (peek() == '+' || peek() == '-' || peek() == ' ') spec.sign = text[at++];
  if (peek() == '#') {
    spec.alternate = true;
    ++at;
  }
  if (peek() == '0') {
    if (spec.align == '\0') {
      spec.fill = "0";
      spec.align = '=';
    }
    ++at;
  }
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

std::string grouped(std::string digits, char separator, std::size_t size) {
  if (separator == '\0') return digits;
  for (auto at = digits.size(); at > size;) {
    at -= size;
    digits.insert(at, 1, separator);
  }
  return digits;
}

/// The number in its field; `tail` is what grouping leaves alone: fraction and exponent.
std::string numeric(const Spec& spec, bool negative, std::string_view prefix, std::string digits,
                    std::string_view tail, std::size_t group) {
  const std::string_view sign = negative ? "-" : spec.sign == '+' ? "+" : spec.sign == ' ' ? " " : "";
  digits = grouped(std::move(digits), spec.grouping, group);
  const auto head = fmt::format("{}{}", sign, prefix);
  if (spec.align == '=') {
    auto body = digits + std::string(tail);
    const auto width = spec.width - static_cast<std::int64_t>(head.size());
    return head + pad(body, width, spec.fill, Align::right);
  }
  const auto align = spec.align == '<' ? Align::left : spec.align == '^' ? Align::center : Align::right;
  const auto text = fmt::format("{}{}{}", head, digits, tail);
  if (align != Align::center) return pad(text, spec.width, spec.fill, align);
  const auto missing = std::max<std::int64_t>(0, spec.width - static_cast<std::int64_t>(text.size()));
  const auto right_part = pad(text, spec.width - missing / 2, spec.fill, Align::left);
  return pad(right_part, spec.width, spec.fill, Align::right);
}

std::string whole(Runtime& runtime, const Spec& spec, std::int64_t value) {
  if (spec.precision) runtime.fail("Precision not allowed in integer format specifier");
  if (spec.type == 'c') {
    std::string out;
    append_character(out, static_cast<char32_t>(value));
    return pad(out, spec.width, spec.fill, Align::left);
  }
  const char type = spec.type == '\0' || spec.type == 'n' ? 'd' : spec.type;
  const auto prefix = spec.alternate ? base_prefix(type) : std::string_view();
  return numeric(spec, value < 0, prefix, magnitude_digits(value, type), {}, type == 'd' ? 3 : 4);
}

/// The magnitude of a float without a type: as repr, or with so many digits and a point.
std::string general_digits(double value, const Spec& spec) {
  std::string out;
  if (!spec.precision) {
    print_real(std::abs(value), out);
    return out;
  }
  const auto precision = static_cast<int>(std::max<std::int64_t>(1, *spec.precision));
  out = real_digits(value, 'g', precision, false);
  const bool fixed = out.find_first_of("e.n") == std::string::npos;
  if (!fixed) return out;
  if (static_cast<int>(out.size()) < precision) return out + ".0";
  return real_digits(value, 'e', precision - 1, false);
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
  if (spec.align == '=' && spec.fill != "0")
    runtime.fail("'=' alignment not allowed in string format specifier");
  if (spec.precision)
    value = value.substr(0, byte_of_character(value, static_cast<std::size_t>(*spec.precision)));
  if (spec.align != '^')
    return pad(value, spec.width, spec.fill, spec.align == '>' ? Align::right : Align::left);
  const auto missing =
      std::max<std::int64_t>(0, spec.width - static_cast<std::int64_t>(character_count(value)));
  return pad(pad(value, spec.width - missing + missing / 2, spec.fill, Align::right), spec.width, spec.fill,
             Align::left);
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
  const auto spec = read(runtime, spec_text);
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
