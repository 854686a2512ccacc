#include <fmt/format.h>

#include "jinja/characters.h"
#include "jinja/numbers.h"
#include "jinja/operations.h"

namespace dynamo::jinja {
namespace {

void print_escaped(char32_t c, char quote, std::string& out) {
  if (c == static_cast<char32_t>(quote) || c == '\\') {
    out += '\\';
    out += static_cast<char>(c);
  } else if (c == '\n') {
    out += "\\n";
  } else if (c == '\r') {
    out += "\\r";
  } else if (c == '\t') {
    out += "\\t";
  } else if (c >= 0x20 && (c < 0x7F || (c > 0x7F && is_printable(c)))) {
    append_character(out, c);
  } else {
    append_escape(out, c);
  }
}

void print_items(Runtime& runtime, const Value& value, std::string& out) {
  const bool tuple = value.is(Kind::tuple);
  const auto count = value.item_count();
  out += tuple ? '(' : '[';
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) out += ", ";
    print_repr(runtime, value.item(i), out);
  }
  if (tuple && count == 1) out += ',';
  out += tuple ? ')' : ']';
}

void print_dict(Runtime& runtime, const Value& value, std::string& out) {
  out += '{';
  for (std::size_t i = 0; i < value.entry_count(); ++i) {
    if (i > 0) out += ", ";
    const auto entry = value.entry(i);
    print_repr(runtime, entry.key, out);
    out += ": ";
    print_repr(runtime, entry.value, out);
  }
  out += '}';
}

}  // namespace

void print_text_repr(std::string_view text, std::string& out) {
  const char quote = text.contains('\'') && !text.contains('"') ? '"' : '\'';
  out += quote;
  for (std::size_t at = 0; at < text.size();) print_escaped(next_character(text, at), quote, out);
  out += quote;
}

void print_repr(Runtime& runtime, const Value& value, std::string& out) {
  const Deeper deeper(runtime);
  runtime.charge(1);
  if (out.size() > runtime.options.limits.memory_bytes) throw HeapExhausted{};
  switch (value.kind()) {
    case Kind::missing:
    case Kind::undefined:
      out += "Undefined";
      return;
    case Kind::none:
      out += "None";
      return;
    case Kind::boolean:
      out += value.as_boolean() ? "True" : "False";
      return;
    case Kind::integer:
      fmt::format_to(std::back_inserter(out), "{}", value.as_integer());
      return;
    case Kind::large:
      fmt::format_to(std::back_inserter(out), "{}", value.as_large());
      return;
    case Kind::real:
      runtime.charge(4);
      return print_real(value.as_real(), out);
    case Kind::text:
      runtime.charge_characters(value.as_text().size());
      if (value.is_marked()) out += "Markup(";
      print_text_repr(value.as_text(), out);
      if (value.is_marked()) out += ')';
      return;
    case Kind::list:
    case Kind::tuple:
    case Kind::json_list:
      return print_items(runtime, value, out);
    case Kind::dict:
    case Kind::json_dict:
      return print_dict(runtime, value, out);
    case Kind::object:
      return value.as_object().print(runtime, out);
  }
}

void print(Runtime& runtime, const Value& value, std::string& out) {
  if (value.is_text()) {
    runtime.charge_bytes(value.as_text().size());
    out += value.as_text();
  } else if (!value.is_undefined()) {
    print_repr(runtime, value, out);
  }
}

Value to_text(Runtime& runtime, const Value& value) {
  if (value.is_text()) return value;
  if (value.is_undefined()) return Value::text({});
  std::string out;
  print(runtime, value, out);
  return runtime.text(out);
}

std::string_view text_of(Runtime& runtime, const Value& value) { return to_text(runtime, value).as_text(); }

}  // namespace dynamo::jinja
