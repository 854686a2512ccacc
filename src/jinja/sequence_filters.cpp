#include <fmt/format.h>

#include "jinja/attributes.h"
#include "jinja/characters.h"
#include "jinja/markup.h"

/// Filters on the elements of something, in the order they have.
namespace dynamo::jinja {
namespace {

Value length_filter(Runtime& runtime, const Value& self, const Given& /*given*/) {
  const auto count = length(runtime, self);
  if (!count) runtime.fail(fmt::format("object of type '{}' has no len()", type_name(self)));
  return Value::integer(static_cast<std::int64_t>(*count));
}

Value default_filter(Runtime& runtime, const Value& self, const Given& given) {
  const bool replace = self.is_undefined() || (flag_argument(runtime, given, 1) && !truth(runtime, self));
  if (!replace) return self;
  return given.has(0) ? given[0] : Value::text("");
}

Value join(Runtime& runtime, const Value& self, const Given& given) {
  const auto separator = given.has(0) ? text_of(runtime, given[0]) : std::string_view();
  const AttributePath path(runtime, given[1]);
  std::string out;
  Cursor cursor(runtime, self);
  bool first = true;
  for (Value item; cursor.next(item); first = false) {
    if (!first) out += separator;
    runtime.charge_bytes(separator.size());
    print(runtime, path.of(item), out);
    if (out.size() > runtime.options.limits.memory_bytes) throw HeapExhausted{};
  }
  return runtime.text(out);
}

Value first(Runtime& runtime, const Value& self, const Given& /*given*/) {
  Cursor cursor(runtime, self);
  Value item;
  return cursor.next(item) ? item : runtime.undefined("No first item, sequence was empty.");
}

/// Whether Python's reversed() takes it.
bool is_reversible(const Value& value) {
  if (value.is_undefined()) return true;
  if (value.is_object()) return !value.as_object().is_stream() && is_iterable(value);
  return value.is_sequence() || value.is_dict() || value.is_text();
}

Value last(Runtime& runtime, const Value& self, const Given& /*given*/) {
  if (!is_reversible(self)) runtime.fail(fmt::format("'{}' object is not reversible", type_name(self)));
  if (self.is_text() && !self.as_text().empty()) return element(runtime, self, Value::integer(-1));
  const auto items = collect(runtime, self);
  return items.empty() ? runtime.undefined("No last item, sequence was empty.") : items.back();
}

Value reverse_text(Runtime& runtime, std::string_view text) {
  std::string out;
  runtime.charge_characters(text.size());
  for (auto end = text.size(); end > 0;) {
    const auto begin = previous_boundary(text, end);
    out += text.substr(begin, end - begin);
    end = begin;
  }
  return runtime.text(out);
}

std::string_view reverse_iterator_name(const Value& value) {
  if (value.is_list()) return "list_reverseiterator";
  if (value.is_dict()) return "dict_reversekeyiterator";
  return value.is(Kind::tuple) || value.is_undefined() ? "reversed" : "range_iterator";
}

Value reverse(Runtime& runtime, const Value& self, const Given& /*given*/) {
  if (self.is_text()) return marked_like(self, reverse_text(runtime, self.as_text()));
  if (!is_iterable(self)) runtime.fail("argument must be iterable");
  auto items = collect(runtime, self);
  std::ranges::reverse(items);
  if (!is_reversible(self)) return runtime.list(items);
  const std::span<const Value> kept = runtime.heap.copy(items);
  return Value::object(runtime.heap.make<Stream>(reverse_iterator_name(self), kept));
}

Value list(Runtime& runtime, const Value& self, const Given& /*given*/) {
  return runtime.list(collect(runtime, self));
}

Value items(Runtime& runtime, const Value& self, const Given& /*given*/) {
  if (self.is_undefined()) return generator(runtime, {});
  if (!self.is_dict()) runtime.fail("Can only get item pairs from a mapping.");
  std::vector<Value> pairs;
  for (std::size_t i = 0; i < self.entry_count(); ++i) {
    const auto entry = self.entry(i);
    const Value pair[] = {entry.key, entry.value};
    pairs.push_back(runtime.tuple(pair));
  }
  return generator(runtime, pairs);
}

Value batch(Runtime& runtime, const Value& self, const Given& given) {
  const auto size = whole_argument(runtime, given, 0, 0);
  const bool fills = given.has(1) && !given[1].is_none();
  std::vector<Value> batches;
  std::vector<Value> current;
  for (const auto& item : collect(runtime, self)) {
    if (std::ssize(current) == size) batches.push_back(runtime.list(std::exchange(current, {})));
    current.push_back(item);
  }
  if (!current.empty()) {
    const auto missing = fills ? std::max<std::int64_t>(0, size - std::ssize(current)) : 0;
    runtime.charge(static_cast<std::uint64_t>(missing));
    current.insert(current.end(), static_cast<std::size_t>(missing), given[1]);
    batches.push_back(runtime.list(current));
  }
  return generator(runtime, batches);
}

Value slice_filter(Runtime& runtime, const Value& self, const Given& given) {
  const auto slices = whole_argument(runtime, given, 0, 0);
  const bool fills = given.has(1) && !given[1].is_none();
  if (slices == 0) runtime.fail("integer division or modulo by zero");
  const auto all = collect(runtime, self);
  std::vector<Value> out;
  std::size_t begin = 0;
  for (std::int64_t number = 0; number < slices; ++number) {
    const bool longer = number < std::ssize(all) % slices;
    const auto size = static_cast<std::size_t>(std::ssize(all) / slices + (longer ? 1 : 0));
    std::vector<Value> part(all.begin() + static_cast<std::ptrdiff_t>(begin),
                            all.begin() + static_cast<std::ptrdiff_t>(begin + size));
    if (fills && !longer) part.push_back(given[1]);
    out.push_back(runtime.list(part));
    begin += size;
  }
  return generator(runtime, out);
}

Value sum(Runtime& runtime, const Value& self, const Given& given) {
  const AttributePath path(runtime, given[0]);
  auto total = given.has(1) ? given[1] : Value::integer(0);
  if (total.is_text()) runtime.fail("sum() can't sum strings [use ''.join(seq) instead]");
  for (const auto& item : collect(runtime, self))
    total = arithmetic(runtime, Operation::add, total, path.of(item));
  return total;
}

Value attr(Runtime& runtime, const Value& self, const Given& given) {
  const auto name = text_argument(runtime, given, 0, {});
  // Unlike `.`, it does not look at the elements of dicts.
  const auto without_entries = self.is_dict() ? Value::dict(runtime.heap.make<Dict>()) : self;
  return attribute(runtime, without_entries, name);
}

constexpr Builtin kFilters[] = {
    builtin("length", length_filter),
    builtin("count", length_filter),
    builtin("default", default_filter, 0, "default_value", "boolean"),
    builtin("d", default_filter, 0, "default_value", "boolean"),
    builtin("join", join, 0, "d", "attribute"),
    builtin("first", first),
    builtin("last", last),
    builtin("reverse", reverse),
    builtin("list", list),
    builtin("items", items),
    builtin("batch", batch, 1, "linecount", "fill_with"),
    builtin("slice", slice_filter, 1, "slices", "fill_with"),
    builtin("sum", sum, 0, "attribute", "start"),
    builtin("attr", attr, 1, "name"),
};

}  // namespace

std::span<const Builtin> sequence_filters() { return kFilters; }

}  // namespace dynamo::jinja
