#include <cmath>
#include <fmt/format.h>
#include <functional>

#include "jinja/operations.h"
#include "jinja/text_search.h"

namespace dynamo::jinja {
namespace {

std::size_t mix(std::size_t seed, std::size_t more) {
  return seed * 0x9E3779B97F4A7C15ULL + more + (seed >> 7U);
}

bool equal_numbers(const Value& left, const Value& right) {
  const bool both_large = left.is(Kind::large) && right.is(Kind::large);
  if (both_large || (left.is(Kind::large) && right.is_whole()) ||
      (left.is_whole() && right.is(Kind::large))) {
    return both_large && left.as_large() == right.as_large();
  }
  if (left.is_whole() && right.is_whole()) return left.as_integer() == right.as_integer();
  return left.as_real() == right.as_real();
}

bool equal_texts(Runtime& runtime, std::string_view left, std::string_view right) {
  if (left.size() != right.size()) return false;
  runtime.charge_bytes(left.size());
  return left == right;
}

bool equal_items(Runtime& runtime, const Value& left, const Value& right) {
  const auto count = left.item_count();
  if (count != right.item_count()) return false;
  runtime.charge(count);
  const Deeper deeper(runtime);
  for (std::size_t i = 0; i < count; ++i) {
    if (!equal(runtime, left.item(i), right.item(i))) return false;
  }
  return true;
}

bool equal_dicts(Runtime& runtime, const Value& left, const Value& right) {
  const auto count = left.entry_count();
  if (count != right.entry_count()) return false;
  runtime.charge(count);
  const Deeper deeper(runtime);
  for (std::size_t i = 0; i < count; ++i) {
    const auto entry = left.entry(i);
    const auto other = find_entry(runtime, right, entry.key);
    if (other.is_missing() || !equal(runtime, entry.value, other)) return false;
  }
  return true;
}

bool less_text(Runtime& runtime, std::string_view left, std::string_view right) {
  runtime.charge_bytes(std::min(left.size(), right.size()));
  return left < right;
}

bool less_items(Runtime& runtime, const Value& left, const Value& right, std::string_view shown) {
  const auto count = std::min(left.item_count(), right.item_count());
  runtime.charge(count);
  const Deeper deeper(runtime);
  for (std::size_t i = 0; i < count; ++i) {
    const auto a = left.item(i);
    const auto b = right.item(i);
    if (!equal(runtime, a, b)) return less(runtime, a, b, shown);
  }
  return left.item_count() < right.item_count();
}

}  // namespace

void refuse_sets(Runtime& runtime, const Value& left, const Value& right) {
  if (type_name(left).starts_with("dict_") || type_name(right).starts_with("dict_")) {
    runtime.fail(Errc::unsupported, "sets are not supported");
  }
}

void require_defined(Runtime& runtime, const Value& value) {
  if (!value.is_undefined()) return;
  const auto& [message, owner, name] = value.as_absence();
  if (!message.empty()) runtime.fail(std::string(message));
  std::string shown;
  print_text_repr(name, shown);
  if (owner.empty()) runtime.fail(shown + " is undefined");
  runtime.fail(fmt::format("'{}' has no attribute {}", owner, shown));
}

bool truth(Runtime& runtime, const Value& value) {
  switch (value.kind()) {
    case Kind::missing:
    case Kind::undefined:
    case Kind::none:
      return false;
    case Kind::boolean:
    case Kind::large:
    case Kind::integer:
      return value.as_integer() != 0;
    case Kind::real:
      return value.as_real() != 0;
    case Kind::text:
      return !value.as_text().empty();
    case Kind::list:
    case Kind::tuple:
    case Kind::json_list:
      return value.item_count() != 0;
    case Kind::dict:
    case Kind::json_dict:
      return value.entry_count() != 0;
    case Kind::object:
      return value.as_object().length(runtime).value_or(1) != 0;
  }
  return false;
}

bool equal(Runtime& runtime, const Value& left, const Value& right) {
  if (left.is_number() && right.is_number()) return equal_numbers(left, right);
  if (left.is_text() && right.is_text()) return equal_texts(runtime, left.as_text(), right.as_text());
  if (left.is_list() && right.is_list()) return equal_items(runtime, left, right);
  if (left.is_dict() && right.is_dict()) return equal_dicts(runtime, left, right);
  if (left.kind() != right.kind()) return false;
  switch (left.kind()) {
    case Kind::missing:
    case Kind::undefined:
    case Kind::none:
      return true;
    case Kind::tuple:
      return equal_items(runtime, left, right);
    case Kind::object:
      return left.as_object().equals(runtime, right.as_object());
    case Kind::boolean:
    case Kind::large:
    case Kind::integer:
    case Kind::real:
    case Kind::text:
    case Kind::list:
    case Kind::dict:
    case Kind::json_list:
    case Kind::json_dict:
      break;  // handled above
  }
  return false;
}

bool less(Runtime& runtime, const Value& left, const Value& right, std::string_view shown) {
  if (left.is_whole() && right.is_whole()) return left.as_integer() < right.as_integer();
  if (left.is(Kind::large) && right.is(Kind::large)) return left.as_large() < right.as_large();
  if (left.is(Kind::large) && right.is_whole()) return false;
  if (left.is_whole() && right.is(Kind::large)) return true;
  if (left.is_number() && right.is_number()) return left.as_real() < right.as_real();
  if (left.is_text() && right.is_text()) return less_text(runtime, left.as_text(), right.as_text());
  const bool items = (left.is_list() && right.is_list()) || (left.is(Kind::tuple) && right.is(Kind::tuple));
  if (items) return less_items(runtime, left, right, shown);
  refuse_sets(runtime, left, right);
  require_defined(runtime, left);
  require_defined(runtime, right);
  runtime.fail(fmt::format("'{}' not supported between instances of '{}' and '{}'", shown, type_name(left),
                           type_name(right)));
}

bool compare(Runtime& runtime, Comparison comparison, const Value& left, const Value& right) {
  const bool nan =
      left.is_number() && right.is_number() && (std::isnan(left.as_real()) || std::isnan(right.as_real()));
  switch (comparison) {
    case Comparison::equal:
      return equal(runtime, left, right);
    case Comparison::unequal:
      return !equal(runtime, left, right);
    case Comparison::less:
      return less(runtime, left, right, "<");
    case Comparison::less_equal:
      return !nan && !less(runtime, right, left, "<=");
    case Comparison::greater:
      return less(runtime, right, left, ">");
    case Comparison::greater_equal:
      return !nan && !less(runtime, left, right, ">=");
    case Comparison::in:
      return contains(runtime, right, left);
    case Comparison::not_in:
      return !contains(runtime, right, left);
  }
  return false;
}

bool contains(Runtime& runtime, const Value& container, const Value& element) {
  if (container.is_text()) {
    if (!element.is_text()) {
      runtime.fail(fmt::format("'in <string>' requires string as left operand, not {}", type_name(element)));
    }
    runtime.charge_characters(container.as_text().size());
    return has_text(container.as_text(), element.as_text());
  }
  if (container.is_dict()) return !find_entry(runtime, container, element).is_missing();
  if (!is_iterable(container)) {
    runtime.fail(fmt::format("argument of type '{}' is not iterable", type_name(container)));
  }
  const auto known = container.is_object() ? container.as_object().contains(runtime, element) : std::nullopt;
  if (known) return *known;
  Cursor cursor(runtime, container);
  for (Value item; cursor.next(item);) {
    if (equal(runtime, item, element)) return true;
  }
  return false;
}

std::size_t hash(Runtime& runtime, const Value& value) {
  switch (value.kind()) {
    case Kind::missing:
    case Kind::undefined:
    case Kind::none:
      return static_cast<std::size_t>(value.kind());
    case Kind::boolean:
    case Kind::large:
    case Kind::integer:
    case Kind::real:
      return std::hash<double>{}(value.as_real() + 0.0);  // 1, 1.0 and true are one key
    case Kind::text:
      runtime.charge_bytes(value.as_text().size());
      return std::hash<std::string_view>{}(value.as_text());
    case Kind::tuple: {
      const Deeper deeper(runtime);
      std::size_t out = value.item_count();
      for (std::size_t i = 0; i < value.item_count(); ++i) out = mix(out, hash(runtime, value.item(i)));
      return out;
    }
    case Kind::object:
      if (value.as_object().type_name() == "dict_keys" || value.as_object().type_name() == "dict_items")
        break;
      return std::hash<const Object*>{}(&value.as_object());
    case Kind::list:
    case Kind::json_list:
    case Kind::dict:
    case Kind::json_dict:
      break;
  }
  runtime.fail(fmt::format("unhashable type: '{}'", type_name(value)));
}

}  // namespace dynamo::jinja
