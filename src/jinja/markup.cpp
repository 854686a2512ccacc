#include "jinja/markup.h"

#include "jinja/operations.h"

namespace dynamo::jinja {
namespace {

Value escaped_items(Runtime& runtime, const Value& iterable) {
  std::vector<Value> out;
  for (const Value& item : collect(runtime, iterable)) out.push_back(to_markup(runtime, item));
  return runtime.list(out);
}

/// Which arguments markupsafe escapes: what a text is put in the place of, and all that is joined. Formats
/// escape their fields themselves.
Arguments with_escaped(Runtime& runtime, std::string_view method, std::span<Value> positional,
                       const Arguments& arguments) {
  static constexpr std::array kTakeText = {"replace", "center", "ljust", "rjust"};  // as the second
  const bool takes = std::ranges::find(kTakeText, method) != kTakeText.end();
  if (takes && positional.size() > 1) positional[1] = to_markup(runtime, positional[1]);
  if (method == "join" && !positional.empty()) positional[0] = escaped_items(runtime, positional[0]);
  return {positional, arguments.keywords};
}

/// A text as markup, and the texts of a list or tuple.
Value marked(Runtime& runtime, const Value& made) {
  if (made.is_text()) return made.as_marked();
  if (!made.is_sequence()) return made;
  std::vector<Value> out;
  for (std::size_t i = 0; i < made.item_count(); ++i) out.push_back(marked(runtime, made.item(i)));
  return made.is(Kind::tuple) ? runtime.tuple(out) : runtime.list(out);
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '"':
        out += "&#34;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

Value to_markup(Runtime& runtime, const Value& value) {
  if (value.is_marked()) return value;
  const auto text = text_of(runtime, value);
  runtime.charge_characters(text.size());
  return runtime.text(escaped(text)).as_marked();
}

Value marked_like(const Value& self, const Value& made) {
  return self.is_marked() && made.is_text() ? made.as_marked() : made;
}

Value run_on_markup(Runtime& runtime, const Builtin& method, const Value& self, const Arguments& arguments) {
  std::vector<Value> positional(arguments.positional.begin(), arguments.positional.end());
  const Arguments escaped = with_escaped(runtime, method.name, positional, arguments);
  return marked(runtime, invoke(runtime, method, self, escaped));
}

}  // namespace dynamo::jinja
