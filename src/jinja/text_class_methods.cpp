#include "jinja/builtins.h"
#include "jinja/characters.h"

/// Methods of `str` that ask what kind of characters there are.
namespace dynamo::jinja {
namespace {

/// Whether there are characters, all of the class.
template <bool (*kClass)(char32_t)>
Value all_of(Runtime& runtime, const Value& self, const Given& /*given*/) {
  const auto text = self.as_text();
  runtime.charge_characters(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (!kClass(next_character(text, at))) return Value::boolean(false);
  }
  return Value::boolean(!text.empty());
}

Value all_printable(Runtime& runtime, const Value& self, const Given& given) {
  return self.as_text().empty() ? Value::boolean(true) : all_of<is_printable>(runtime, self, given);
}

Value all_ascii(Runtime& runtime, const Value& self, const Given& /*given*/) {
  runtime.charge_bytes(self.as_text().size());
  return Value::boolean(is_ascii(self.as_text()));
}

template <bool kUpper>
Value all_cased(Runtime& runtime, const Value& self, const Given& /*given*/) {
  runtime.charge_characters(self.as_text().size());
  return Value::boolean(kUpper ? is_upper(self.as_text()) : is_lower(self.as_text()));
}

Value title_cased(Runtime& runtime, const Value& self, const Given& /*given*/) {
  const auto text = self.as_text();
  runtime.charge_characters(text.size());
  bool inside = false;
  bool any = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto c = next_character(text, at);
    if (is_upper(c) || is_title(c)) {
      if (inside) return Value::boolean(false);
      inside = any = true;
    } else if (is_lower(c)) {
      if (!inside) return Value::boolean(false);
      inside = any = true;
    } else {
      inside = false;
    }
  }
  return Value::boolean(any);
}

Value identifier(Runtime& runtime, const Value& self, const Given& /*given*/) {
  const auto text = self.as_text();
  runtime.charge_characters(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const bool first = at == 0;
    const auto c = next_character(text, at);
    if (c != '_' && !is_alpha(c) && (first || !is_decimal(c))) return Value::boolean(false);
  }
  return Value::boolean(!text.empty());
}

constexpr Builtin kMethods[] = {
    builtin("isalpha", all_of<is_alpha>),     builtin("isdigit", all_of<is_digit>),
    builtin("isdecimal", all_of<is_decimal>), builtin("isnumeric", all_of<is_numeric>),
    builtin("isalnum", all_of<is_alnum>),     builtin("isspace", all_of<is_space>),
    builtin("isprintable", all_printable),    builtin("isascii", all_ascii),
    builtin("isupper", all_cased<true>),      builtin("islower", all_cased<false>),
    builtin("istitle", title_cased),          builtin("isidentifier", identifier),
};

}  // namespace

std::span<const Builtin> text_class_methods() { return kMethods; }

}  // namespace dynamo::jinja
