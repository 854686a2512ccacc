#include "jinja/attributes.h"

#include <algorithm>

#include "jinja/characters.h"
#include "jinja/numbers.h"

namespace dynamo::jinja {
namespace {

Value step(Runtime& runtime, std::string_view name) {
  const bool digits = !name.empty() && std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
  if (!digits) return Value::text(name);
  const auto number = parse_integer(name, 10);
  if (!number) runtime.fail(Errc::unsupported, "integers beyond 64 bits are not supported");
  return Value::integer(*number);
}

}  // namespace

AttributePath::AttributePath(Runtime& runtime, const Value& attribute) : runtime_(runtime) {
  if (attribute.is_missing() || attribute.is_none()) return;
  if (!attribute.is_text()) {
    steps_.push_back(attribute);
    return;
  }
  for (const auto name : split_at(attribute.as_text(), ".", -1)) steps_.push_back(step(runtime, name));
}

Value AttributePath::of(const Value& item, const Value& fallback) const {
  auto value = item;
  for (const auto& name : steps_) {
    runtime_.charge(1);
    value = element(runtime_, value, name);
    if (value.is_undefined() && !fallback.is_missing() && !fallback.is_none()) value = fallback;
  }
  return value;
}

Value AttributePath::folded(const Value& item, const Value& fallback) const {
  return fold_case(runtime_, of(item, fallback));
}

Value fold_case(Runtime& runtime, const Value& value) {
  if (!value.is_text()) return value;
  runtime.charge_characters(value.as_text().size());
  return runtime.text(lower(value.as_text()));
}

Value generator(Runtime& runtime, const std::vector<Value>& values) {
  const std::span<const Value> kept = runtime.heap.copy(values);
  return Value::object(runtime.heap.make<Stream>(std::string_view("generator"), kept));
}

void sort_by_key(Runtime& runtime, std::vector<Keyed>& items, bool reverse) {
  const auto before = [&](const Keyed& a, const Keyed& b) {
    runtime.charge(1);
    return less(runtime, a.key, b.key);
  };
  // Equal elements keep their order when the order is reversed, too.
  if (reverse) std::ranges::reverse(items);
  std::ranges::stable_sort(items, before);
  if (reverse) std::ranges::reverse(items);
}

}  // namespace dynamo::jinja
