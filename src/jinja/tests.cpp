#include <algorithm>
#include <fmt/format.h>

#include "jinja/builtins.h"
#include "jinja/characters.h"
#include "jinja/operations.h"

/// Tests: what stands behind `is`.
namespace dynamo::jinja {
namespace {

template <bool (*kTest)(const Value&)>
Value asks(Runtime& /*runtime*/, const Value& self, const Given& /*given*/) {
  return Value::boolean(kTest(self));
}

bool is_defined(const Value& value) { return !value.is_undefined(); }
bool is_undefined(const Value& value) { return value.is_undefined(); }
bool is_none(const Value& value) { return value.is_none(); }
bool is_boolean(const Value& value) { return value.is(Kind::boolean); }
bool is_true(const Value& value) { return value.is(Kind::boolean) && value.as_boolean(); }
bool is_false(const Value& value) { return value.is(Kind::boolean) && !value.as_boolean(); }
bool is_integer(const Value& value) { return value.is(Kind::integer) || value.is(Kind::large); }
bool is_float(const Value& value) { return value.is(Kind::real); }
bool is_number(const Value& value) { return value.is_number(); }
bool is_string(const Value& value) { return value.is_text(); }
bool is_mapping(const Value& value) { return value.is_dict(); }
bool is_escaped(const Value& value) { return value.is_marked(); }

bool is_iterable_value(const Value& value) { return is_iterable(value); }

/// Has a length and elements, which Jinja's Undefined claims as well.
bool is_sequence(const Value& value) {
  if (value.is_undefined()) return true;
  if (value.is_object()) return value.as_object().is_sequence();
  return value.is_text() || value.is_sequence() || value.is_dict();
}

std::int64_t remainder(Runtime& runtime, const Value& self, const Value& divisor) {
  const auto rest = arithmetic(runtime, Operation::modulo, self, divisor);
  if (rest.is_whole()) return rest.as_integer();
  if (rest.is_text()) return -1;  // `'%d' is odd` formats, and equals nothing
  return rest.as_real() == 0 ? 0 : rest.as_real() == 1 ? 1 : -1;
}

Value odd(Runtime& runtime, const Value& self, const Given& /*given*/) {
  return Value::boolean(remainder(runtime, self, Value::integer(2)) == 1);
}

Value even(Runtime& runtime, const Value& self, const Given& /*given*/) {
  return Value::boolean(remainder(runtime, self, Value::integer(2)) == 0);
}

Value divisible_by(Runtime& runtime, const Value& self, const Given& given) {
  return Value::boolean(remainder(runtime, self, given[0]) == 0);
}

template <Comparison kComparison>
Value compares(Runtime& runtime, const Value& self, const Given& given) {
  return Value::boolean(compare(runtime, kComparison, self, given[0]));
}

Value same_as(Runtime& /*runtime*/, const Value& self, const Given& given) {
  return Value::boolean(self.same(given[0]));
}

Value lower_case(Runtime& runtime, const Value& self, const Given& /*given*/) {
  const auto text = text_of(runtime, self);
  runtime.charge_characters(text.size());
  return Value::boolean(is_lower(text));
}

Value upper_case(Runtime& runtime, const Value& self, const Given& /*given*/) {
  const auto text = text_of(runtime, self);
  runtime.charge_characters(text.size());
  return Value::boolean(is_upper(text));
}

Value callable(Runtime& /*runtime*/, const Value& self, const Given& /*given*/) {
  return Value::boolean(is_callable(self) || self.is_undefined());  // Undefined has Python's __call__
}

Value is_filter(Runtime& runtime, const Value& self, const Given& /*given*/) {
  hash(runtime, self);
  return Value::boolean(self.is_text() && find_filter(self.as_text()) != nullptr);
}

Value is_test(Runtime& runtime, const Value& self, const Given& /*given*/) {
  hash(runtime, self);
  return Value::boolean(self.is_text() && find_test(self.as_text()) != nullptr);
}

constexpr Builtin kTests[] = {
    builtin("defined", asks<is_defined>),
    builtin("undefined", asks<is_undefined>),
    builtin("none", asks<is_none>),
    builtin("string", asks<is_string>),
    builtin("mapping", asks<is_mapping>),
    builtin("iterable", asks<is_iterable_value>),
    builtin("sequence", asks<is_sequence>),
    builtin("true", asks<is_true>),
    builtin("false", asks<is_false>),
    builtin("boolean", asks<is_boolean>),
    builtin("integer", asks<is_integer>),
    builtin("float", asks<is_float>),
    builtin("number", asks<is_number>),
    builtin("escaped", asks<is_escaped>),
    builtin("odd", odd),
    builtin("even", even),
    builtin("divisibleby", divisible_by, 1, "num"),
    builtin("lower", lower_case),
    builtin("upper", upper_case),
    builtin("callable", callable),
    builtin("filter", is_filter),
    builtin("test", is_test),
    builtin("sameas", same_as, 1, "other"),
    builtin("in", compares<Comparison::in>, 1, "seq"),
    builtin("eq", compares<Comparison::equal>, 1, ""),
    builtin("==", compares<Comparison::equal>, 1, ""),
    builtin("equalto", compares<Comparison::equal>, 1, ""),
    builtin("ne", compares<Comparison::unequal>, 1, ""),
    builtin("!=", compares<Comparison::unequal>, 1, ""),
    builtin("gt", compares<Comparison::greater>, 1, ""),
    builtin(">", compares<Comparison::greater>, 1, ""),
    builtin("greaterthan", compares<Comparison::greater>, 1, ""),
    builtin("ge", compares<Comparison::greater_equal>, 1, ""),
    builtin(">=", compares<Comparison::greater_equal>, 1, ""),
    builtin("lt", compares<Comparison::less>, 1, ""),
    builtin("<", compares<Comparison::less>, 1, ""),
    builtin("lessthan", compares<Comparison::less>, 1, ""),
    builtin("le", compares<Comparison::less_equal>, 1, ""),
    builtin("<=", compares<Comparison::less_equal>, 1, ""),
};

}  // namespace

const Builtin* find_test(std::string_view name) {
  const auto* found = std::ranges::find(kTests, name, &Builtin::name);
  return found == std::end(kTests) ? nullptr : found;
}

}  // namespace dynamo::jinja
