#include <array>
#include <fmt/format.h>

#include "jinja/builtins.h"
#include "jinja/characters.h"
#include "jinja/markup.h"
#include "jinja/operations.h"

/// Filters that make text of text.
namespace dynamo::jinja {
namespace {

template <std::string (*kMap)(std::string_view)>
Value mapped(Runtime& runtime, const Value& self, const Given& /*given*/) {
  const auto text = text_of(runtime, self);
  runtime.charge_characters(text.size());
  return marked_like(self, runtime.text(kMap(text)));
}

/// Jinja's own idea of titles: words begin behind white space, hyphens and opening brackets only.
std::string title_words(std::string_view text) {
  std::string out;
  std::size_t word = 0;
  const auto finish = [&](std::size_t end) {
    if (word == end) return;
    std::size_t second = word;
    next_character(text, second);
    out += upper(text.substr(word, second - word));
    out += lower(text.substr(second, end - second));
  };
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = at;
    const auto c = next_character(text, at);
    if (c != '-' && c != '(' && c != '{' && c != '[' && c != '<' && !is_space(c)) continue;
    finish(begin);
    out += text.substr(begin, at - begin);
    word = at;
  }
  finish(text.size());
  return out;
}

/// Put together from its words, so that it is markup no more.
Value title(Runtime& runtime, const Value& self, const Given& /*given*/) {
  const auto text = text_of(runtime, self);
  runtime.charge_characters(text.size());
  return runtime.text(title_words(text));
}

Value string(Runtime& runtime, const Value& self, const Given& /*given*/) { return to_text(runtime, self); }

Value trim(Runtime& runtime, const Value& self, const Given& given) {
  const auto text = text_of(runtime, self);
  const bool space = !given.has(0) || given[0].is_none();
  const auto characters = space ? std::string_view() : text_argument(runtime, given, 0, {});
  const auto rest =
      space ? strip_left(strip_right(text)) : strip_left(strip_right(text, characters), characters);
  runtime.charge_bytes(characters.size());
  runtime.charge_characters(text.size() - rest.size());
  return marked_like(self, Value::text(rest));
}

Value replace_filter(Runtime& runtime, const Value& self, const Given& given) {
  const auto most = given.has(2) && !given[2].is_none() ? whole_argument(runtime, given, 2, -1) : -1;
  const auto text = text_of(runtime, self);
  const auto old = text_of(runtime, given[0]);
  return replaced(runtime, text, old, text_of(runtime, given[1]), most);
}

Value center(Runtime& runtime, const Value& self, const Given& given) {
  const auto width = whole_argument(runtime, given, 0, 80);
  return marked_like(self, padded(runtime, text_of(runtime, self), width, " ", Align::center));
}

Value format(Runtime& runtime, const Value& self, const Given& given) {
  const auto& [positional, keywords] = *given.all;
  if (!positional.empty() && !keywords.empty()) {
    runtime.fail("can't handle positional and keyword arguments at the same time");
  }
  const auto text = to_text(runtime, self);
  if (keywords.empty()) return format_percent(runtime, text, runtime.tuple(positional));
  DictBuilder named(runtime);
  for (const auto& [name, value] : keywords) named.set(Value::text(name), value);
  return format_percent(runtime, text, named.finish());
}

/// The text that indents lines: `width` itself, or that many spaces.
std::string_view indentation(Runtime& runtime, const Given& given) {
  if (given.has(0) && given[0].is_text()) return given[0].as_text();
  return text_of(runtime, padded(runtime, {}, whole_argument(runtime, given, 0, 4), " ", Align::left));
}

Value indent(Runtime& runtime, const Value& self, const Given& given) {
  require_defined(runtime, self);
  if (!self.is_text()) runtime.fail(fmt::format("indent needs a str, not {}", type_name(self)));
  const auto margin = indentation(runtime, given);
  const bool blank = flag_argument(runtime, given, 2);
  const auto whole = std::string(self.as_text()) + '\n';
  runtime.charge_bytes(whole.size());
  std::string out;
  bool first = true;
  for (const auto line : split_lines(whole, false)) {
    if (!first) out += '\n';
    if (first ? flag_argument(runtime, given, 1) : blank || !line.empty()) {
      runtime.charge_bytes(margin.size());
      out += margin;
    }
    out += line;
    first = false;
    if (out.size() > runtime.options.limits.memory_bytes) throw HeapExhausted{};
  }
  return marked_like(self, runtime.text(out));
}

Value truncate(Runtime& runtime, const Value& self, const Given& given) {
  const auto most = whole_argument(runtime, given, 0, 255);
  const auto ending = text_argument(runtime, given, 2, "...");
  const auto leeway = given.has(3) && !given[3].is_none() ? whole_argument(runtime, given, 3, 5) : 5;
  const auto ending_size = static_cast<std::int64_t>(character_count(ending));
  if (most < ending_size) runtime.fail(fmt::format("expected length >= {}, got {}", ending_size, most));
  if (leeway < 0) runtime.fail(fmt::format("expected leeway >= 0, got {}", leeway));
  const auto size = length(runtime, self);
  if (!size) runtime.fail(fmt::format("object of type '{}' has no len()", type_name(self)));
  if (static_cast<std::int64_t>(*size) <= most + leeway) return self;
  if (!self.is_text()) runtime.fail(fmt::format("truncate needs a str, not {}", type_name(self)));
  const auto text = self.as_text();
  auto kept = text.substr(0, byte_of_character(text, static_cast<std::size_t>(most - ending_size)));
  if (!flag_argument(runtime, given, 1)) kept = kept.substr(0, kept.rfind(' '));
  return arithmetic(runtime, Operation::add, marked_like(self, Value::text(kept)),
                    given.has(2) ? given[2] : Value::text(ending));
}

Value wordcount(Runtime& runtime, const Value& self, const Given& /*given*/) {
  const auto text = text_of(runtime, self);
  runtime.charge_characters(text.size());
  std::int64_t count = 0;
  bool inside = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto c = next_character(text, at);
    const bool word = c == '_' || is_alnum(c);
    if (word && !inside) ++count;
    inside = word;
  }
  return Value::integer(count);
}

std::string quoted(std::string_view text, std::string_view safe, bool plus_for_space) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("_.-~").contains(c) || safe.contains(c);
    if (plain) {
      out += c;
    } else if (plus_for_space && c == ' ') {
      out += '+';
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string quoted(Runtime& runtime, const Value& value, std::string_view safe, bool plus_for_space) {
  const auto text = text_of(runtime, value);
  runtime.charge_characters(text.size());
  return quoted(text, safe, plus_for_space);
}

Value urlencode(Runtime& runtime, const Value& self, const Given& /*given*/) {
  if (self.is_text() || !is_iterable(self)) return runtime.text(quoted(runtime, self, "/", false));
  std::vector<Value> pairs;
  if (self.is_dict()) {
    for (std::size_t i = 0; i < self.entry_count(); ++i) {
      const Value pair[] = {self.entry(i).key, self.entry(i).value};
      pairs.push_back(runtime.tuple(pair));
    }
  } else {
    pairs = collect(runtime, self);
  }
  std::string out;
  for (const auto& pair : pairs) {
    const auto parts = collect(runtime, pair);
    if (parts.size() != 2) runtime.fail("urlencode needs pairs");
    if (!out.empty()) out += '&';
    out += quoted(runtime, parts[0], {}, true) + '=' + quoted(runtime, parts[1], {}, true);
  }
  return runtime.text(out);
}

constexpr Builtin kFilters[] = {
    builtin("trim", trim, 0, "chars"),
    builtin("tojson", to_json, 0, "ensure_ascii", "indent", "separators", "sort_keys"),
    builtin("string", string),
    builtin("upper", mapped<upper>),
    builtin("lower", mapped<lower>),
    builtin("capitalize", mapped<capitalize>),
    builtin("title", title),
    builtin("replace", replace_filter, 2, "old", "new", "count"),
    builtin("indent", indent, 0, "width", "first", "blank"),
    builtin("center", center, 0, "width"),
    builtin("truncate", truncate, 0, "length", "killwords", "end", "leeway"),
    builtin("wordcount", wordcount),
    builtin("urlencode", urlencode),
    open_builtin("format", format),
};

}  // namespace

std::span<const Builtin> text_filters() { return kFilters; }

}  // namespace dynamo::jinja
