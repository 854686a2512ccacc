#include <cmath>
#include <fmt/format.h>

#include "jinja/characters.h"
#include "jinja/markup.h"
#include "jinja/number_format.h"
#include "jinja/operations.h"
#include "jinja/text_tools.h"

/// `format % arguments`
namespace dynamo::jinja {
namespace {

/// One conversion: "%-5.2f".
struct Conversion {
  bool left = false;
  bool zero = false;
  bool plus = false;
  bool space = false;
  bool alternate = false;
  std::int64_t width = 0;
  std::optional<std::int64_t> precision{};
  char type = 's';
};

class PercentFormat {
 public:
  PercentFormat(Runtime& runtime, const Value& format, const Value& arguments)
      : runtime_(runtime), format_(format.as_text()), escapes_(format.is_marked()), arguments_(arguments) {}

  std::string run() {
    while (at_ < format_.size()) {
      const auto next = std::min(format_.find('%', at_), format_.size());
      out_ += format_.substr(at_, next - at_);
      at_ = next;
      if (at_ < format_.size()) conversion();
      if (out_.size() > runtime_.options.limits.memory_bytes) throw HeapExhausted{};
    }
    const bool mapping = arguments_.is_list() || arguments_.is_dict() || arguments_.is_undefined();
    const auto given = arguments_.is(Kind::tuple) ? arguments_.item_count() : mapping ? 0 : 1;
    if (used_ < given) runtime_.fail("not all arguments converted during string formatting");
    return std::move(out_);
  }

 private:
  char peek() const {
    if (at_ >= format_.size()) runtime_.fail("incomplete format");
    return format_[at_];
  }

  Value next_argument() {
    if (arguments_.is(Kind::tuple)) {
      if (used_ < arguments_.item_count()) return arguments_.item(used_++);
    } else if (used_++ == 0) {
      return arguments_;
    }
    runtime_.fail("not enough arguments for format string");
  }

  /// The value of "(key)".
  Value keyed_argument() {
    ++at_;
    const auto begin = at_;
    for (int open = 1; open > 0; ++at_) {
      if (at_ >= format_.size()) runtime_.fail("incomplete format key");
      if (format_[at_] == '(') ++open;
      if (format_[at_] == ')') --open;
    }
    const auto key = format_.substr(begin, at_ - 1 - begin);
    if (!arguments_.is_dict()) runtime_.fail("format requires a mapping");
    used_ = 1;
    const auto found = find_entry(runtime_, arguments_, Value::text(key));
    if (found.is_missing()) runtime_.fail(fmt::format("KeyError: '{}'", key));
    return found;
  }

  std::int64_t number_or_star() {
    if (at_ >= format_.size() || format_[at_] != '*') return take_number(runtime_, format_, at_);
    ++at_;
    const auto value = next_argument();
    if (!value.is_whole()) runtime_.fail("* wants int");
    if (std::abs(value.as_integer()) > kWidestField)
      runtime_.fail(Errc::too_large, "a field of a format is too wide");
    return value.as_integer();
  }

  void flags(Conversion& conversion) {
    for (;; ++at_) {
      switch (peek()) {
        case '-':
          conversion.left = true;
          break;
        case '0':
          conversion.zero = true;
          break;
        case '+':
          conversion.plus = true;
          break;
        case ' ':
          conversion.space = true;
          break;
        case '#':
          conversion.alternate = true;
          break;
        default:
          return;
      }
    }
  }

  void conversion() {
    ++at_;
    Value value;
    if (peek() == '(') value = keyed_argument();
    Conversion conversion;
    flags(conversion);
    conversion.width = number_or_star();
    if (conversion.width < 0) {
      conversion.left = true;
      conversion.width = -conversion.width;
    }
    if (peek() == '.') {
      ++at_;
      conversion.precision = std::max<std::int64_t>(0, number_or_star());
    }
    while (peek() == 'h' || peek() == 'l' || peek() == 'L') ++at_;
    conversion.type = peek();
    ++at_;
    if (conversion.type == '%') {
      out_ += '%';
      return;
    }
    if (value.is_missing()) value = next_argument();
    convert(conversion, value);
  }

  void convert(const Conversion& conversion, const Value& value) {
    runtime_.charge_bytes(static_cast<std::size_t>(conversion.width + conversion.precision.value_or(0)));
    switch (conversion.type) {
      case 's':
      case 'r':
      case 'a':
        return text(conversion, value);
      case 'c':
        return character(conversion, value);
      case 'd':
      case 'i':
      case 'u':
      case 'x':
      case 'X':
      case 'o':
        return whole(conversion, value);
      case 'e':
      case 'E':
      case 'f':
      case 'F':
      case 'g':
      case 'G':
        return real(conversion, value);
      default:
        break;
    }
    runtime_.fail(fmt::format("unsupported format character '{}'", conversion.type));
  }

  void field(const Conversion& conversion, std::string_view text) {
    out_ += pad(text, conversion.width, " ", conversion.left ? Align::left : Align::right);
  }

  void text(const Conversion& conversion, const Value& value) {
    std::string printed;
    if (conversion.type == 's') {
      print(runtime_, value, printed);
    } else {
      print_repr(runtime_, value, printed);
    }
    if (escapes_ && !(conversion.type == 's' && value.is_marked())) printed = escaped(printed);
    if (conversion.type == 'a') printed = ascii(printed);
    std::string_view shown = printed;
    if (conversion.precision) {
      shown = shown.substr(0, byte_of_character(shown, static_cast<std::size_t>(*conversion.precision)));
    }
    field(conversion, shown);
  }

  static std::string ascii(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
      const auto c = next_character(text, at);
      if (c < 0x80) {
        out += static_cast<char>(c);
      } else {
        append_escape(out, c);
      }
    }
    return out;
  }

  void character(const Conversion& conversion, const Value& value) {
    std::string shown;
    if (value.is_whole()) {
      if (value.as_integer() < 0 || value.as_integer() > 0x10FFFF)
        runtime_.fail("%c arg not in range(0x110000)");
      append_character(shown, static_cast<char32_t>(value.as_integer()));
    } else if (value.is_text() && character_count(value.as_text()) == 1) {
      shown = value.as_text();
    } else {
      runtime_.fail("%c requires int or char");
    }
    field(conversion, shown);
  }

  void whole(const Conversion& conversion, const Value& value) {
    const bool decimal = conversion.type == 'd' || conversion.type == 'i' || conversion.type == 'u';
    if (value.is(Kind::large)) runtime_.fail(Errc::unsupported, "integers beyond 64 bits are not supported");
    if (!value.is_whole() && !(decimal && value.is(Kind::real))) {
      runtime_.fail(fmt::format("%{} format: {} is required, not {}", conversion.type,
                                decimal ? "a real number" : "an integer", type_name(value)));
    }
    if (value.is(Kind::real) && !(std::abs(value.as_real()) < 9.2e18)) {
      runtime_.fail(Errc::unsupported, "integers beyond 64 bits are not supported");
    }
    const auto number =
        value.is(Kind::real) ? static_cast<std::int64_t>(value.as_real()) : value.as_integer();
    auto digits = magnitude_digits(number, decimal ? 'd' : conversion.type);
    if (conversion.precision) digits = pad(digits, *conversion.precision, "0", Align::right);
    numeric_field(conversion, number < 0, conversion.alternate ? base_prefix(conversion.type) : "", digits);
  }

  void real(const Conversion& conversion, const Value& value) {
    if (!value.is_number()) runtime_.fail(fmt::format("must be real number, not {}", type_name(value)));
    const double number = value.as_real();
    const auto precision = static_cast<int>(conversion.precision.value_or(6));
    const auto digits = real_digits(number, conversion.type, precision, conversion.alternate);
    numeric_field(conversion, std::signbit(number) && !std::isnan(number), "", digits);
  }

  void numeric_field(const Conversion& conversion, bool negative, std::string_view prefix,
                     std::string digits) {
    const std::string_view sign = negative ? "-" : conversion.plus ? "+" : conversion.space ? " " : "";
    if (conversion.zero && !conversion.left) {
      const auto taken = static_cast<std::int64_t>(sign.size() + prefix.size());
      digits = pad(digits, conversion.width - taken, "0", Align::right);
    }
    field(conversion, fmt::format("{}{}{}", sign, prefix, digits));
  }

  Runtime& runtime_;
  std::string_view format_;
  bool escapes_;
  Value arguments_;
  std::size_t at_ = 0;
  std::size_t used_ = 0;
  std::string out_;
};

}  // namespace

Value format_percent(Runtime& runtime, const Value& format, const Value& arguments) {
  runtime.charge_bytes(format.as_text().size());
  return marked_like(format, runtime.text(PercentFormat(runtime, format, arguments).run()));
}

}  // namespace dynamo::jinja
