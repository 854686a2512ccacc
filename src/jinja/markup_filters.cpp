#include <fmt/format.h>

#include "jinja/characters.h"
#include "jinja/markup.h"
#include "jinja/operations.h"

/// Filters for HTML and for people, which chat templates seldom use.
namespace dynamo::jinja {
namespace {

Value escape(Runtime& runtime, const Value& self, const Given& /*given*/) { return to_markup(runtime, self); }

Value escape_again(Runtime& runtime, const Value& self, const Given& /*given*/) {
  return to_markup(runtime, Value::text(text_of(runtime, self)));
}

Value safe(Runtime& runtime, const Value& self, const Given& /*given*/) {
  return to_text(runtime, self).as_marked();
}

Value xmlattr(Runtime& runtime, const Value& self, const Given& given) {
  require_defined(runtime, self);
  if (!self.is_dict()) runtime.fail(fmt::format("'{}' object has no attribute 'items'", type_name(self)));
  std::string out;
  for (std::size_t i = 0; i < self.entry_count(); ++i) {
    const auto [key, value] = self.entry(i);
    if (value.is_none() || value.is_undefined()) continue;
    if (!key.is_text()) runtime.fail("expected string or bytes-like object");
    if (key.as_text().find_first_of(" \t\n\r\f\v/>=") != std::string_view::npos) {
      runtime.fail(fmt::format("Invalid character in attribute name: '{}'", key.as_text()));
    }
    if (!out.empty()) out += ' ';
    out += fmt::format("{}=\"{}\"", to_markup(runtime, key).as_text(), to_markup(runtime, value).as_text());
  }
  const bool space = !given.has(0) || truth(runtime, given[0]);
  if (space && !out.empty()) out.insert(0, " ");
  return runtime.text(out);
}

template <std::size_t kSize>
struct FixedName {
  char text[kSize];
  constexpr FixedName(const char (&name)[kSize]) { std::copy_n(name, kSize, text); }
};

template <FixedName kName>
Value refuse(Runtime& runtime, const Value& /*self*/, const Given& /*given*/) {
  runtime.fail(Errc::unsupported, fmt::format("the filter '{}' is not supported", kName.text));
}

constexpr Builtin kFilters[] = {
    builtin("escape", escape),
    builtin("e", escape),
    builtin("forceescape", escape_again),
    builtin("safe", safe),
    builtin("xmlattr", xmlattr, 0, "autospace"),
    open_builtin("pprint", refuse<"pprint">),
    open_builtin("random", refuse<"random">),
    open_builtin("striptags", refuse<"striptags">),
    open_builtin("urlize", refuse<"urlize">),
    open_builtin("wordwrap", refuse<"wordwrap">),
};

}  // namespace

std::span<const Builtin> markup_filters() { return kFilters; }

}  // namespace dynamo::jinja
