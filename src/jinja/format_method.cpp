#include <fmt/format.h>

#include "jinja/format_spec.h"
#include "jinja/markup.h"
#include "jinja/numbers.h"
#include "jinja/operations.h"

/// `format.format(…)`: replacement fields and what they name.
namespace dynamo::jinja {
namespace {

class BraceFormat {
 public:
  /// `escapes`: fields are put into markup.
  BraceFormat(Runtime& runtime, bool escapes, const Arguments& arguments)
      : runtime_(runtime), escapes_(escapes), arguments_(arguments) {}

  std::string run(std::string_view format, int levels) {
    if (levels == 0) runtime_.fail("Max string recursion exceeded");
    std::string out;
    for (std::size_t at = 0; at < format.size();) {
      const char c = format[at++];
      if (c != '{' && c != '}') {
        out += c;
      } else if (at < format.size() && format[at] == c) {
        out += c;
        ++at;
      } else if (c == '}') {
        runtime_.fail("Single '}' encountered in format string");
      } else {
        out += field(take_field(format, at), levels);
      }
      if (out.size() > runtime_.options.limits.memory_bytes) throw HeapExhausted{};
    }
    return out;
  }

 private:
  /// What stands between the braces; `at` is behind the opening one and moves behind the closing one.
  std::string_view take_field(std::string_view format, std::size_t& at) {
    const auto begin = at;
    if (at == format.size()) runtime_.fail("Single '{' encountered in format string");
    for (int open = 1; at < format.size();) {
      const char c = format[at++];
      if (c == '{') ++open;
      if (c == '}' && --open == 0) return format.substr(begin, at - 1 - begin);
    }
    runtime_.fail("expected '}' before end of string");
  }

  std::string field(std::string_view field, int levels) {
    runtime_.charge(1);
    const auto end = std::min(field.find_first_of("!:"), field.size());
    auto value = lookup(field.substr(0, end));
    field.remove_prefix(end);
    if (field.starts_with('!')) {
      if (field.size() < 2 || (field.size() > 2 && field[2] != ':')) {
        runtime_.fail("expected ':' after conversion specifier");
      }
      value = converted(value, field[1]);
      field.remove_prefix(2);
    }
    if (field.starts_with(':')) field.remove_prefix(1);
    const auto spec = run(field, levels - 1);
    if (!escapes_) return format_value(runtime_, value, spec);
    if (!value.is_marked()) return escaped(format_value(runtime_, value, spec));
    if (!spec.empty()) runtime_.fail("Format specifier given, but markup does not take one");
    return std::string(value.as_text());
  }

  Value converted(const Value& value, char how) {
    if (how == 's') return to_text(runtime_, value);
    if (how != 'r' && how != 'a') runtime_.fail(fmt::format("Unknown conversion specifier {}", how));
    std::string out;
    print_repr(runtime_, value, out);
    if (how == 'r') return runtime_.text(out);
    const Value arguments[] = {value};
    return format_percent(runtime_, Value::text("%a"), runtime_.tuple(arguments));
  }

  /// "0", "name", "", with ".attribute" and "[index]" behind it.
  Value lookup(std::string_view path) {
    const auto end = std::min(path.find_first_of(".["), path.size());
    if (end == 0 && !path.empty()) runtime_.fail("KeyError: ''");
    auto value = first(path.substr(0, end));
    path.remove_prefix(end);
    while (!path.empty()) {
      const bool dot = path.front() == '.';
      path.remove_prefix(1);
      const auto stop = std::min(dot ? path.find_first_of(".[") : path.find(']'), path.size());
      if (!dot && stop == path.size()) runtime_.fail("Missing ']' in format string");
      const auto name = path.substr(0, stop);
      if (name.empty()) runtime_.fail("Empty attribute in format string");
      const auto number = dot ? std::nullopt : parse_integer(name, 10);
      if (dot) {
        value = attribute(runtime_, value, name);
      } else {
        value = element(runtime_, value, number ? Value::integer(*number) : Value::text(name));
      }
      path.remove_prefix(dot ? stop : stop + 1);
      if (!path.empty() && path.front() != '.' && path.front() != '[') {
        runtime_.fail("Only '.' or '[' may follow ']' in format field specifier");
      }
    }
    return value;
  }

  Value first(std::string_view name) {
    const auto number = name.find_first_not_of("0123456789") == std::string_view::npos
                            ? parse_integer(name, 10)
                            : std::nullopt;
    if (!number && !name.empty()) {
      runtime_.charge(arguments_.keywords.size() / 8 + 1);
      const auto* found = arguments_.keyword(name);
      if (found == nullptr) runtime_.fail(fmt::format("KeyError: '{}'", name));
      return *found;
    }
    if (number ? counted_ > 0 : numbered_) {
      runtime_.fail("cannot switch between manual field specification and automatic field numbering");
    }
    numbered_ = numbered_ || number.has_value();
    const auto index = static_cast<std::size_t>(number ? *number : counted_++);
    if (index >= arguments_.positional.size()) {
      runtime_.fail(fmt::format("Replacement index {} out of range for positional args tuple", index));
    }
    return arguments_.positional[index];
  }

  Runtime& runtime_;
  bool escapes_;
  const Arguments& arguments_;
  std::int64_t counted_ = 0;
  bool numbered_ = false;
};

}  // namespace

Value format_braces(Runtime& runtime, const Value& format, const Arguments& arguments) {
  static constexpr int kLevels = 3;  // a field in a field's format, and no further
  runtime.charge_bytes(format.as_text().size());
  const auto made = BraceFormat(runtime, format.is_marked(), arguments).run(format.as_text(), kLevels);
  return marked_like(format, runtime.text(made));
}

}  // namespace dynamo::jinja
