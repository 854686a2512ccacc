#include "jinja/runtime.h"

#include <fmt/format.h>

namespace dynamo::jinja {

void Runtime::fail(std::string message) const { fail(Errc::invalid, std::move(message)); }

void Runtime::fail(Errc code, std::string message) const { throw Fault{code, std::move(message), line}; }

void Runtime::out_of_steps() const {
  fail(Errc::too_large, fmt::format("the template takes more than {} steps", options.limits.steps));
}

std::string_view Runtime::checked_copy(std::string_view text) {
  charge_bytes(text.size());
  return heap.copy(text);
}

Value Runtime::join(const Value& left, const Value& right) {
  charge_bytes(right.as_text().size());
  if (!left.growing()) charge_bytes(left.as_text().size());
  if (left.as_text().size() + right.as_text().size() > options.limits.memory_bytes) throw HeapExhausted{};
  return Value::growing_text(heap.join(left.as_text(), right.as_text(), left.growing()));
}

Value Runtime::list(std::span<const Value> values) {
  charge(values.size() / 4 + 1);
  return Value::list(heap.make<Items>(heap.copy(values)));
}

Value Runtime::tuple(std::span<const Value> values) {
  charge(values.size() / 4 + 1);
  return Value::tuple(heap.make<Items>(heap.copy(values)));
}

Value Runtime::group(const Value& key, const Value& members) {
  const Value pair[] = {key, members};
  return Value::tuple(heap.make<Items>(heap.copy(std::span<const Value>(pair)), true));
}

Value Runtime::undefined(std::string_view message) {
  return Value::undefined(heap.make<Absence>(heap.copy(message)));
}

Value Runtime::no_attribute(std::string_view owner, std::string_view name) {
  return Value::undefined(heap.make<Absence>(std::string_view(), owner, name));
}

void Deeper::too_deep(const Runtime& runtime) {
  runtime.fail(Errc::too_large,
               fmt::format("more than {} levels within one another", runtime.options.limits.depth));
}

}  // namespace dynamo::jinja
