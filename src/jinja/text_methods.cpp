#include <fmt/format.h>

#include "jinja/builtins.h"
#include "jinja/characters.h"
#include "jinja/operations.h"
#include "jinja/text_search.h"
#include "jinja/text_tools.h"

/// Methods of `str` that make other texts, and lists of them.
namespace dynamo::jinja {
namespace {

using Pieces = std::vector<std::string_view>;

Value list_of(Runtime& runtime, const Pieces& pieces) {
  std::vector<Value> values;
  values.reserve(pieces.size());
  for (const auto piece : pieces) values.push_back(Value::text(piece));
  return runtime.list(values);
}

template <std::string (*kMap)(std::string_view)>
Value mapped(Runtime& runtime, const Value& self, const Given& /*given*/) {
  runtime.charge_characters(self.as_text().size());
  return runtime.text(kMap(self.as_text()));
}

/// Argument `index`, where None means the same as nothing.
std::optional<std::string_view> optional_text(Runtime& runtime, const Given& given, std::size_t index) {
  if (!given.has(index) || given[index].is_none()) return std::nullopt;
  return text_argument(runtime, given, index, {});
}

enum class End : std::uint8_t { left, right, both };

template <End kEnd>
Value strip(Runtime& runtime, const Value& self, const Given& given) {
  const auto characters = optional_text(runtime, given, 0);
  auto text = self.as_text();
  if (characters) runtime.charge_bytes(characters->size());
  if (kEnd != End::left) text = characters ? strip_right(text, *characters) : strip_right(text);
  if (kEnd != End::right) text = characters ? strip_left(text, *characters) : strip_left(text);
  runtime.charge_characters(self.as_text().size() - text.size());
  return Value::text(text);
}

Value split_with(Runtime& runtime, const Value& self, const Given& given, decltype(&split_at) at_separator,
                 decltype(&split_at_space) at_space) {
  const auto separator = optional_text(runtime, given, 0);
  const auto most = whole_argument(runtime, given, 1, -1);
  runtime.charge_characters(self.as_text().size());
  if (separator && separator->empty()) runtime.fail("empty separator");
  return list_of(runtime,
                 separator ? at_separator(self.as_text(), *separator, most) : at_space(self.as_text(), most));
}

Value split(Runtime& runtime, const Value& self, const Given& given) {
  return split_with(runtime, self, given, &split_at, &split_at_space);
}

Value rsplit(Runtime& runtime, const Value& self, const Given& given) {
  return split_with(runtime, self, given, &split_back_at, &split_back_at_space);
}

Value splitlines(Runtime& runtime, const Value& self, const Given& given) {
  runtime.charge_characters(self.as_text().size());
  return list_of(runtime, split_lines(self.as_text(), flag_argument(runtime, given, 0)));
}

Value triple(Runtime& runtime, std::string_view a, std::string_view b, std::string_view c) {
  const Value parts[] = {Value::text(a), Value::text(b), Value::text(c)};
  return runtime.tuple(parts);
}

std::size_t first_place(std::string_view text, std::string_view what) { return find_first(text, what); }

/// `kRest`: where the whole text stands when there is no separator in it.
template <auto kFind, End kRest>
Value partition(Runtime& runtime, const Value& self, const Given& given) {
  const auto text = self.as_text();
  const auto separator = text_argument(runtime, given, 0, {});
  runtime.charge_characters(text.size());
  if (separator.empty()) runtime.fail("empty separator");
  const auto at = kFind(text, separator);
  if (at != std::string_view::npos) {
    return triple(runtime, text.substr(0, at), separator, text.substr(at + separator.size()));
  }
  return kRest == End::left ? triple(runtime, text, {}, {}) : triple(runtime, {}, {}, text);
}

Value replace_method(Runtime& runtime, const Value& self, const Given& given) {
  const auto old = text_argument(runtime, given, 0, {});
  const auto with = text_argument(runtime, given, 1, {});
  const auto most = whole_argument(runtime, given, 2, -1);
  return replaced(runtime, self.as_text(), old, with, most);
}

Value join(Runtime& runtime, const Value& self, const Given& given) {
  std::string out;
  Cursor cursor(runtime, given[0]);
  std::size_t index = 0;
  for (Value item; cursor.next(item); ++index) {
    if (!item.is_text()) {
      runtime.fail(fmt::format("sequence item {}: expected str instance, {} found", index, type_name(item)));
    }
    runtime.charge_bytes(item.as_text().size() + self.as_text().size());
    if (index > 0) out += self.as_text();
    out += item.as_text();
    if (out.size() > runtime.options.limits.memory_bytes) throw HeapExhausted{};
  }
  return runtime.text(out);
}

template <Align kAlign>
Value justify(Runtime& runtime, const Value& self, const Given& given) {
  const auto width = whole_argument(runtime, given, 0, 0);
  const auto fill = text_argument(runtime, given, 1, " ");
  if (character_count(fill) != 1) runtime.fail("The fill character must be exactly one character long");
  return padded(runtime, self.as_text(), width, fill, kAlign);
}

Value zfill(Runtime& runtime, const Value& self, const Given& given) {
  auto text = self.as_text();
  auto width = whole_argument(runtime, given, 0, 0);
  const bool has_sign = text.starts_with('-') || text.starts_with('+');
  const auto sign = text.substr(0, has_sign ? 1 : 0);
  if (has_sign) {
    text.remove_prefix(1);
    --width;
  }
  const auto digits = padded(runtime, text, width, "0", Align::right);
  return runtime.join(Value::text(sign), digits);
}

Value removeprefix(Runtime& runtime, const Value& self, const Given& given) {
  auto text = self.as_text();
  const auto prefix = text_argument(runtime, given, 0, {});
  runtime.charge_bytes(prefix.size());
  if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
  return Value::text(text);
}

Value removesuffix(Runtime& runtime, const Value& self, const Given& given) {
  auto text = self.as_text();
  const auto suffix = text_argument(runtime, given, 0, {});
  runtime.charge_bytes(suffix.size());
  if (text.ends_with(suffix)) text.remove_suffix(suffix.size());
  return Value::text(text);
}

Value expandtabs(Runtime& runtime, const Value& self, const Given& given) {
  const auto size = whole_argument(runtime, given, 0, 8);
  std::string out;
  std::int64_t column = 0;
  for (const char c : self.as_text()) {
    if (c == '\t') {
      const auto spaces = size > 0 ? size - column % size : 0;
      runtime.charge_bytes(static_cast<std::size_t>(spaces));
      out += text_of(runtime, padded(runtime, {}, spaces, " ", Align::left));
      column += spaces;
      if (out.size() > runtime.options.limits.memory_bytes) throw HeapExhausted{};
    } else {
      out += c;
      if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) ++column;
      if (c == '\n' || c == '\r') column = 0;
    }
  }
  return runtime.text(out);
}

Value format(Runtime& runtime, const Value& self, const Given& given) {
  return format_braces(runtime, self, *given.all);
}

Value format_map(Runtime& runtime, const Value& self, const Given& given) {
  if (!given[0].is_dict()) runtime.fail("format_map() takes a dict");
  std::vector<Keyword> keywords;
  for (std::size_t i = 0; i < given[0].entry_count(); ++i) {
    const auto entry = given[0].entry(i);
    if (entry.key.is_text()) keywords.push_back({entry.key.as_text(), entry.value});
  }
  return format_braces(runtime, self, {{}, keywords});
}

Value encode(Runtime& runtime, const Value& /*self*/, const Given& /*given*/) {
  runtime.fail(Errc::unsupported, "bytes are not supported");
}

Value translate(Runtime& runtime, const Value& /*self*/, const Given& /*given*/) {
  runtime.fail(Errc::unsupported, "str.translate and its tables are not supported");
}

constexpr Builtin kMethods[] = {
    builtin("strip", strip<End::both>, 0, ""),
    builtin("lstrip", strip<End::left>, 0, ""),
    builtin("rstrip", strip<End::right>, 0, ""),
    builtin("split", split, 0, "sep", "maxsplit"),
    builtin("rsplit", rsplit, 0, "sep", "maxsplit"),
    builtin("splitlines", splitlines, 0, "keepends"),
    builtin("replace", replace_method, 2, "", "", ""),
    builtin("join", join, 1, ""),
    builtin("upper", mapped<upper>),
    builtin("lower", mapped<lower>),
    builtin("title", mapped<title>),
    builtin("capitalize", mapped<capitalize>),
    builtin("swapcase", mapped<swapcase>),
    builtin("casefold", mapped<casefold>),
    builtin("partition", partition<first_place, End::left>, 1, ""),
    builtin("rpartition", partition<find_last, End::right>, 1, ""),
    builtin("center", justify<Align::center>, 1, "", ""),
    builtin("ljust", justify<Align::left>, 1, "", ""),
    builtin("rjust", justify<Align::right>, 1, "", ""),
    builtin("zfill", zfill, 1, ""),
    builtin("removeprefix", removeprefix, 1, ""),
    builtin("removesuffix", removesuffix, 1, ""),
    builtin("expandtabs", expandtabs, 0, "tabsize"),
    open_builtin("format", format),
    builtin("format_map", format_map, 1, ""),
    open_builtin("encode", encode),
    open_builtin("translate", translate),
    open_builtin("maketrans", translate),
};

}  // namespace

Value replaced(Runtime& runtime, std::string_view text, std::string_view old, std::string_view with,
               std::int64_t most) {
  runtime.charge_characters(text.size());
  const auto places = old.empty() ? text.size() + 1 : text.size() / old.size();
  if (!with.empty() && places > runtime.options.limits.memory_bytes / with.size()) throw HeapExhausted{};
  if (!old.empty() && !has_text(text, old)) return Value::text(text);
  return runtime.text(replace(text, old, with, most));
}

Value padded(Runtime& runtime, std::string_view text, std::int64_t width, std::string_view fill,
             Align align) {
  if (width > 0 && static_cast<std::uint64_t>(width) > runtime.options.limits.memory_bytes / 4)
    throw HeapExhausted{};
  return runtime.text(pad(text, width, fill, align));
}

std::span<const Builtin> text_methods() { return kMethods; }

}  // namespace dynamo::jinja
