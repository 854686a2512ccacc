#include <fmt/format.h>

#include "jinja/builtins.h"
#include "jinja/characters.h"
#include "jinja/operations.h"
#include "jinja/text_search.h"

/// Methods of `str`, list, tuple and dict that look for something.
namespace dynamo::jinja {
namespace {

/// The part of a text that `start` and `end` arguments name, and how many characters stand before it.
struct Part {
  std::string_view text;
  std::int64_t before;
};

std::optional<Part> part(Runtime& runtime, std::string_view text, const Given& given) {
  const bool whole = (!given.has(1) || given[1].is_none()) && (!given.has(2) || given[2].is_none());
  if (whole) return Part{text, 0};
  runtime.charge_bytes(text.size());
  const auto count = static_cast<std::int64_t>(character_count(text));
  const auto place = [&](std::size_t index, std::int64_t absent) {
    if (!given.has(index) || given[index].is_none()) return absent;
    const auto value = whole_argument(runtime, given, index, absent);
    return value < 0 ? std::max<std::int64_t>(0, value + count) : value;
  };
  const auto start = place(1, 0);
  const auto end = std::min(place(2, count), count);
  if (start > end) return std::nullopt;
  const auto first = byte_of_character(text, static_cast<std::size_t>(start));
  const auto last = byte_of_character(text, static_cast<std::size_t>(end));
  return Part{text.substr(first, last - first), start};
}

using Find = std::size_t (*)(std::string_view text, std::string_view what);
std::size_t first_place(std::string_view text, std::string_view what) { return find_first(text, what); }

template <Find kFind>
Value find(Runtime& runtime, const Value& self, const Given& given) {
  runtime.charge_characters(self.as_text().size());
  const auto what = text_argument(runtime, given, 0, {});
  const auto inside = part(runtime, self.as_text(), given);
  const auto at = inside ? kFind(inside->text, what) : std::string_view::npos;
  if (at == std::string_view::npos) return Value::integer(-1);
  return Value::integer(inside->before +
                        static_cast<std::int64_t>(character_count(inside->text.substr(0, at))));
}

template <Find kFind>
Value index(Runtime& runtime, const Value& self, const Given& given) {
  const auto found = find<kFind>(runtime, self, given);
  if (found.as_integer() < 0) runtime.fail("substring not found");
  return found;
}

Value count(Runtime& runtime, const Value& self, const Given& given) {
  runtime.charge_characters(self.as_text().size());
  const auto what = text_argument(runtime, given, 0, {});
  const auto inside = part(runtime, self.as_text(), given);
  if (!inside) return Value::integer(0);
  if (what.empty()) return Value::integer(static_cast<std::int64_t>(character_count(inside->text)) + 1);
  std::int64_t found = 0;
  for (auto at = find_first(inside->text, what); at != std::string_view::npos;
       at = find_first(inside->text, what, at + what.size())) {
    ++found;
  }
  return Value::integer(found);
}

using Affix = bool (*)(std::string_view text, std::string_view what);
bool at_start(std::string_view text, std::string_view what) { return text.starts_with(what); }
bool at_end(std::string_view text, std::string_view what) { return text.ends_with(what); }

template <Affix kAffix>
bool has_affix(Runtime& runtime, const std::optional<Part>& inside, std::string_view what) {
  runtime.charge_bytes(what.size());
  return inside && kAffix(inside->text, what);
}

template <Affix kAffix>
Value has_affix(Runtime& runtime, const Value& self, const Given& given) {
  const auto inside = part(runtime, self.as_text(), given);
  const auto& what = given[0];
  if (what.is_text()) return Value::boolean(has_affix<kAffix>(runtime, inside, what.as_text()));
  if (!what.is(Kind::tuple)) {
    require_defined(runtime, what);
    runtime.fail(fmt::format("first arg must be str or a tuple of str, not {}", type_name(what)));
  }
  bool found = false;
  for (std::size_t i = 0; i < what.item_count(); ++i) {
    const auto choice = what.item(i);
    if (!choice.is_text())
      runtime.fail(fmt::format("tuple must only contain str, not {}", type_name(choice)));
    found = found || has_affix<kAffix>(runtime, inside, choice.as_text());
  }
  return Value::boolean(found);
}

Value item_count(Runtime& runtime, const Value& self, const Given& given) {
  std::int64_t found = 0;
  for (std::size_t i = 0; i < self.item_count(); ++i) {
    runtime.charge(1);
    if (equal(runtime, self.item(i), given[0])) ++found;
  }
  return Value::integer(found);
}

Value item_index(Runtime& runtime, const Value& self, const Given& given) {
  const auto count = static_cast<std::int64_t>(self.item_count());
  const auto place = [&](std::size_t argument, std::int64_t absent) {
    const auto value = whole_argument(runtime, given, argument, absent);
    return std::clamp<std::int64_t>(value < 0 ? value + count : value, 0, count);
  };
  const auto end = place(2, count);
  for (auto i = place(1, 0); i < end; ++i) {
    runtime.charge(1);
    if (equal(runtime, self.item(static_cast<std::size_t>(i)), given[0])) return Value::integer(i);
  }
  if (self.is(Kind::tuple)) runtime.fail("tuple.index(x): x not in tuple");
  std::string shown;
  print_repr(runtime, given[0], shown);
  runtime.fail(shown + " is not in list");
}

Value copy(Runtime& /*runtime*/, const Value& self, const Given& /*given*/) { return self; }

Value dict_get(Runtime& runtime, const Value& self, const Given& given) {
  const auto found = find_entry(runtime, self, given[0]);
  if (!found.is_missing()) return found;
  return given.has(1) ? given[1] : Value::none();
}

template <DictView::Part kPart>
Value view(Runtime& runtime, const Value& self, const Given& /*given*/) {
  return Value::object(runtime.heap.make<DictView>(self, kPart));
}

Value fromkeys(Runtime& runtime, const Value& /*self*/, const Given& given) {
  DictBuilder builder(runtime);
  for (const auto& key : collect(runtime, given[0]))
    builder.set(key, given.has(1) ? given[1] : Value::none());
  return builder.finish();
}

constexpr Builtin kTextMethods[] = {
    builtin("startswith", has_affix<at_start>, 1, "", "", ""),
    builtin("endswith", has_affix<at_end>, 1, "", "", ""),
    builtin("find", find<first_place>, 1, "", "", ""),
    builtin("rfind", find<find_last>, 1, "", "", ""),
    builtin("index", index<first_place>, 1, "", "", ""),
    builtin("rindex", index<find_last>, 1, "", "", ""),
    builtin("count", count, 1, "", "", ""),
};

constexpr Builtin kSequenceMethods[] = {
    builtin("count", item_count, 1, ""),
    builtin("index", item_index, 1, "", "", ""),
};

constexpr Builtin kListMethods[] = {builtin("copy", copy)};

constexpr Builtin kDictMethods[] = {
    builtin("get", dict_get, 1, "", ""),
    builtin("items", view<DictView::Part::items>),
    builtin("keys", view<DictView::Part::keys>),
    builtin("values", view<DictView::Part::values>),
    builtin("copy", copy),
    builtin("fromkeys", fromkeys, 1, "", ""),
};

}  // namespace

std::span<const Builtin> text_search_methods() { return kTextMethods; }
std::span<const Builtin> sequence_methods() { return kSequenceMethods; }
std::span<const Builtin> list_methods() { return kListMethods; }
std::span<const Builtin> dict_methods() { return kDictMethods; }

}  // namespace dynamo::jinja
