#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "jinja/builtins.h"
#include "jinja/characters.h"
#include "jinja/markup.h"
#include "jinja/operations.h"

namespace dynamo::jinja {
namespace {

/// How Jinja's messages name what has no such attribute.
std::string_view described(const Value& value) {
  switch (value.kind()) {
    case Kind::missing:
    case Kind::undefined:
    case Kind::none:
      return "None";
    case Kind::boolean:
      return "bool object";
    case Kind::large:
    case Kind::integer:
      return "int object";
    case Kind::real:
      return "float object";
    case Kind::text:
      return "str object";
    case Kind::tuple:
      return "tuple object";
    case Kind::list:
    case Kind::json_list:
      return "list object";
    case Kind::dict:
    case Kind::json_dict:
      return "dict object";
    case Kind::object:
      break;
  }
  const auto type = value.as_object().type_name();
  if (type == "Namespace") return "jinja2.utils.Namespace object";
  if (type == "LoopContext") return "jinja2.runtime.LoopContext object";
  return type == "Macro" ? "jinja2.runtime.Macro object" : type;
}

Value no_element(Runtime& runtime, const Value& object, const Value& index) {
  if (index.is_text()) return runtime.no_attribute(described(object), index.as_text());
  std::string shown;
  print_repr(runtime, index, shown);
  return runtime.undefined(fmt::format("{} has no element {}", described(object), shown));
}

/// What every object of Python has, and nobody may see.
constexpr std::array<std::string_view, 26> kInternals = {
    "__class__",  "__delattr__", "__dir__",           "__doc__",      "__eq__",
    "__format__", "__ge__",      "__getattribute__",  "__getstate__", "__gt__",
    "__hash__",   "__init__",    "__init_subclass__", "__le__",       "__len__",
    "__lt__",     "__ne__",      "__new__",           "__reduce__",   "__reduce_ex__",
    "__repr__",   "__setattr__", "__sizeof__",        "__str__",      "__subclasshook__",
    "__iter__"};

bool is_internal(std::string_view name) { return std::ranges::find(kInternals, name) != kInternals.end(); }

Value hidden(Runtime& runtime, const Value& object, std::string_view name) {
  return runtime.undefined(
      fmt::format("access to attribute '{}' of '{}' object is unsafe.", name, type_name(object)));
}

/// What Python finds with getattr: methods and the fields of objects. Missing where there is nothing.
Value own_attribute(Runtime& runtime, const Value& object, std::string_view name) {
  if (is_internal(name)) return hidden(runtime, object, name);
  if (object.is_object()) return object.as_object().attribute(runtime, name);
  if (object.is_group()) {
    if (name == "grouper") return object.item(0);
    if (name == "list") return object.item(1);
  }
  if (changes_its_object(object, name)) return hidden(runtime, object, name);
  return bound_method(runtime, object, name);
}

/// Position of element `index` of `count`, counted from the end when negative.
std::optional<std::size_t> position(std::int64_t index, std::size_t count) {
  if (index < 0) index += static_cast<std::int64_t>(count);
  if (index < 0 || static_cast<std::uint64_t>(index) >= count) return std::nullopt;
  return static_cast<std::size_t>(index);
}

Value character(Runtime& runtime, std::string_view text, std::int64_t index) {
  runtime.charge_bytes(text.size());
  const auto place = position(index, character_count(text));
  if (!place) return {};
  const auto begin = byte_of_character(text, *place);
  std::size_t end = begin;
  next_character(text, end);
  return Value::text(text.substr(begin, end - begin));
}

/// `object[index]` where Python has it; missing where it raises TypeError or LookupError.
Value own_element(Runtime& runtime, const Value& object, const Value& index) {
  if (object.is_dict()) {
    const bool hashable = !index.is_list() && !index.is_dict();
    return hashable ? find_entry(runtime, object, index) : Value();
  }
  if (object.is_object()) return object.as_object().element(runtime, index);
  if (!index.is_whole()) return {};
  if (object.is_text()) return marked_like(object, character(runtime, object.as_text(), index.as_integer()));
  if (!object.is_sequence()) return {};
  const auto place = position(index.as_integer(), object.item_count());
  return place ? object.item(*place) : Value();
}

/// A slice with its bounds put inside the sequence, as Python's slice.indices does.
struct Indices {
  std::int64_t start;
  std::int64_t stop;
  std::int64_t step;
  std::size_t count;
};

std::int64_t bound(Runtime& runtime, const Value& given, std::int64_t absent) {
  if (given.is_missing() || given.is_none()) return absent;
  require_defined(runtime, given);
  if (!given.is_whole()) runtime.fail("slice indices must be integers or None or have an __index__ method");
  return given.as_integer();
}

std::int64_t clamp(std::int64_t index, std::int64_t count, std::int64_t lowest, std::int64_t highest) {
  if (index < 0) index = std::max(index, -count - 1) + count;
  return std::clamp(index, lowest, highest);
}

Indices indices(Runtime& runtime, const SliceBounds& bounds, std::size_t length) {
  const auto count = static_cast<std::int64_t>(length);
  const auto step = bound(runtime, bounds.step, 1);
  if (step == 0) runtime.fail("slice step cannot be zero");
  const bool forward = step > 0;
  const std::int64_t lowest = forward ? 0 : -1;
  const std::int64_t highest = forward ? count : count - 1;
  const auto absent = [](const Value& given) { return given.is_missing() || given.is_none(); };
  const auto start = absent(bounds.start) ? (forward ? lowest : highest)
                                          : clamp(bound(runtime, bounds.start, 0), count, lowest, highest);
  const auto stop = absent(bounds.stop) ? (forward ? highest : lowest)
                                        : clamp(bound(runtime, bounds.stop, 0), count, lowest, highest);
  return {start, stop, step, Range(start, stop, step).size()};
}

Value slice_text(Runtime& runtime, std::string_view text, const SliceBounds& bounds) {
  runtime.charge_bytes(text.size());
  const auto part = indices(runtime, bounds, character_count(text));
  if (part.step == 1) {
    const auto begin = byte_of_character(text, static_cast<std::size_t>(part.start));
    const auto rest = text.substr(begin);
    return Value::text(rest.substr(0, byte_of_character(rest, part.count)));
  }
  std::vector<std::string_view> characters;
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = at;
    next_character(text, at);
    characters.push_back(text.substr(begin, at - begin));
  }
  std::string out;
  for (std::size_t i = 0; i < part.count; ++i) {
    out += characters[static_cast<std::size_t>(part.start + static_cast<std::int64_t>(i) * part.step)];
  }
  return runtime.text(out);
}

Value slice_items(Runtime& runtime, const Value& object, const SliceBounds& bounds) {
  const auto part = indices(runtime, bounds, object.item_count());
  runtime.charge(part.count);
  std::vector<Value> out;
  out.reserve(part.count);
  for (std::size_t i = 0; i < part.count; ++i) {
    out.push_back(
        object.item(static_cast<std::size_t>(part.start + static_cast<std::int64_t>(i) * part.step)));
  }
  return object.is(Kind::tuple) ? runtime.tuple(out) : runtime.list(out);
}

Value slice_range(Runtime& runtime, const Range& range, const SliceBounds& bounds) {
  const auto part = indices(runtime, bounds, range.size());
  const auto step = Value::integer(range.step());
  const auto times = [&](std::int64_t count) {
    return arithmetic(runtime, Operation::multiply, step, Value::integer(count));
  };
  const auto value = [&](std::int64_t index) {
    return arithmetic(runtime, Operation::add, Value::integer(range.start()), times(index)).as_integer();
  };
  return Value::object(
      runtime.heap.make<Range>(value(part.start), value(part.stop), times(part.step).as_integer()));
}

}  // namespace

std::optional<std::size_t> length(Runtime& runtime, const Value& value) {
  if (value.is_text()) {
    runtime.charge_bytes(value.as_text().size());
    return character_count(value.as_text());
  }
  if (value.is_sequence()) return value.item_count();
  if (value.is_dict()) return value.entry_count();
  if (value.is_undefined()) return 0;
  return value.is_object() ? value.as_object().length(runtime) : std::nullopt;
}

Value attribute(Runtime& runtime, const Value& object, std::string_view name) {
  if (object.is_undefined() && name == "__class__") return hidden(runtime, object, name);
  require_defined(runtime, object);
  const auto own = own_attribute(runtime, object, name);
  if (!own.is_missing()) return own;
  const auto found = own_element(runtime, object, Value::text(name));
  return found.is_missing() ? runtime.no_attribute(described(object), name) : found;
}

Value element(Runtime& runtime, const Value& object, const Value& index) {
  require_defined(runtime, object);
  const auto found = own_element(runtime, object, index);
  if (!found.is_missing()) return found;
  const auto own = index.is_text() ? own_attribute(runtime, object, index.as_text()) : Value();
  return own.is_missing() ? no_element(runtime, object, index) : own;
}

Value slice(Runtime& runtime, const Value& object, const SliceBounds& bounds) {
  require_defined(runtime, object);
  if (object.is_text()) return marked_like(object, slice_text(runtime, object.as_text(), bounds));
  if (object.is_sequence()) return slice_items(runtime, object, bounds);
  if (object.is_object() && object.as_object().type_name() == "range") {
    return slice_range(runtime, static_cast<const Range&>(object.as_object()), bounds);
  }
  if (object.is_dict()) runtime.fail("unhashable type: 'slice'");
  runtime.fail(fmt::format("'{}' object is not subscriptable", type_name(object)));
}

std::string_view type_name(const Value& value) {
  switch (value.kind()) {
    case Kind::missing:
    case Kind::undefined:
      return "Undefined";
    case Kind::none:
      return "NoneType";
    case Kind::boolean:
      return "bool";
    case Kind::large:
    case Kind::integer:
      return "int";
    case Kind::real:
      return "float";
    case Kind::text:
      return value.is_marked() ? "Markup" : "str";
    case Kind::tuple:
      return "tuple";
    case Kind::list:
    case Kind::json_list:
      return "list";
    case Kind::dict:
    case Kind::json_dict:
      return "dict";
    case Kind::object:
      break;
  }
  return value.as_object().type_name();
}

}  // namespace dynamo::jinja
