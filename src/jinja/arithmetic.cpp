#include <bit>
#include <cmath>
#include <fmt/format.h>
#include <limits>

#include "jinja/markup.h"
#include "jinja/operations.h"

namespace dynamo::jinja {
namespace {

std::string_view symbol(Operation operation) {
  switch (operation) {
    case Operation::add:
      return "+";
    case Operation::subtract:
      return "-";
    case Operation::multiply:
      return "*";
    case Operation::divide:
      return "/";
    case Operation::floor_divide:
      return "//";
    case Operation::modulo:
      return "%";
    case Operation::power:
      return "** or pow()";
  }
  return {};
}

[[noreturn]] void overflow(Runtime& runtime) {
  runtime.fail(Errc::unsupported, "integers beyond 64 bits are not supported");
}

[[noreturn]] void unsupported(Runtime& runtime, Operation operation, const Value& left, const Value& right) {
  if (operation == Operation::subtract) refuse_sets(runtime, left, right);
  require_defined(runtime, left);
  require_defined(runtime, right);
  if (operation == Operation::add && (left.is_text() || left.is_sequence())) {
    const auto type = type_name(left);
    runtime.fail(fmt::format("can only concatenate {} (not \"{}\") to {}", type, type_name(right), type));
  }
  runtime.fail(fmt::format("unsupported operand type(s) for {}: '{}' and '{}'", symbol(operation),
                           type_name(left), type_name(right)));
}

std::int64_t floor_divide(Runtime& runtime, std::int64_t left, std::int64_t right) {
  if (right == 0) runtime.fail("integer division or modulo by zero");
  if (right == -1) {
    if (left == std::numeric_limits<std::int64_t>::min()) overflow(runtime);
    return -left;
  }
  const auto quotient = left / right;
  return left % right != 0 && (left < 0) != (right < 0) ? quotient - 1 : quotient;
}

std::int64_t modulo(Runtime& runtime, std::int64_t left, std::int64_t right) {
  if (right == 0) runtime.fail("integer modulo by zero");
  if (right == -1) return 0;
  const auto rest = left % right;
  return rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest;
}

Value power(Runtime& runtime, std::int64_t base, std::int64_t exponent) {
  if (exponent < 0) {
    if (base == 0) runtime.fail("0.0 cannot be raised to a negative power");
    return Value::real(std::pow(static_cast<double>(base), static_cast<double>(exponent)));
  }
  std::int64_t result = 1;
  for (; exponent > 0; exponent >>= 1U) {
    if ((exponent & 1) != 0 && __builtin_mul_overflow(result, base, &result)) overflow(runtime);
    if (exponent > 1 && __builtin_mul_overflow(base, base, &base)) overflow(runtime);
  }
  return Value::integer(result);
}

/// The exact quotient, rounded once. `left` is not 0.
double rounded_quotient(std::uint64_t left, std::uint64_t right) {
  using Wide = unsigned __int128;
  const int shift = 127 - static_cast<int>(std::bit_width(left));
  const Wide scaled = Wide{left} << shift;
  Wide quotient = scaled / right;                // of 64 bits and more
  if (scaled % right != 0) quotient |= Wide{1};  // tells the rounding that there is a rest
  return std::ldexp(static_cast<double>(quotient), -shift);
}

std::uint64_t magnitude(std::int64_t value) {
  return value < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
}

/// As Python divides: the exact quotient is rounded once.
double true_divide(Runtime& runtime, std::int64_t left, std::int64_t right) {
  if (right == 0) runtime.fail("division by zero");
  constexpr std::int64_t kExact = std::int64_t{1} << 53U;  // up to here doubles hold every whole number
  const auto exact = [](std::int64_t value) { return value >= -kExact && value <= kExact; };
  if (exact(left) && exact(right)) return static_cast<double>(left) / static_cast<double>(right);
  if (left == 0) return right < 0 ? -0.0 : 0.0;
  const double quotient = rounded_quotient(magnitude(left), magnitude(right));
  return (left < 0) != (right < 0) ? -quotient : quotient;
}

Value whole_arithmetic(Runtime& runtime, Operation operation, std::int64_t left, std::int64_t right) {
  std::int64_t result = 0;
  bool overflows = false;
  switch (operation) {
    case Operation::add:
      overflows = __builtin_add_overflow(left, right, &result);
      break;
    case Operation::subtract:
      overflows = __builtin_sub_overflow(left, right, &result);
      break;
    case Operation::multiply:
      overflows = __builtin_mul_overflow(left, right, &result);
      break;
    case Operation::floor_divide:
      return Value::integer(floor_divide(runtime, left, right));
    case Operation::modulo:
      return Value::integer(modulo(runtime, left, right));
    case Operation::power:
      return power(runtime, left, right);
    case Operation::divide:
      return Value::real(true_divide(runtime, left, right));
  }
  if (overflows) overflow(runtime);
  return Value::integer(result);
}

double real_modulo(Runtime& runtime, double left, double right) {
  if (right == 0) runtime.fail("float modulo");
  const double rest = std::fmod(left, right);
  if (rest == 0) return std::copysign(0.0, right);
  return (rest < 0) != (right < 0) ? rest + right : rest;
}

double real_floor_divide(Runtime& runtime, double left, double right) {
  if (right == 0) runtime.fail("float floor division by zero");
  const double rest = std::fmod(left, right);
  const bool below = rest != 0 && (rest < 0) != (right < 0);
  const double quotient = (left - rest) / right - (below ? 1 : 0);
  if (quotient == 0) return std::copysign(0.0, left / right);
  const double floor = std::floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

double real_power(Runtime& runtime, double base, double exponent) {
  if (base == 0 && exponent < 0) runtime.fail("0.0 cannot be raised to a negative power");
  if (base < 0 && std::isfinite(base) && exponent != std::floor(exponent) && std::isfinite(exponent)) {
    runtime.fail(Errc::unsupported, "complex numbers are not supported");
  }
  const double result = std::pow(base, exponent);
  if (std::isinf(result) && std::isfinite(base) && std::isfinite(exponent))
    runtime.fail("Numerical result out of range");
  return result;
}

double real_arithmetic(Runtime& runtime, Operation operation, double left, double right) {
  switch (operation) {
    case Operation::add:
      return left + right;
    case Operation::subtract:
      return left - right;
    case Operation::multiply:
      return left * right;
    case Operation::floor_divide:
      return real_floor_divide(runtime, left, right);
    case Operation::modulo:
      return real_modulo(runtime, left, right);
    case Operation::power:
      return real_power(runtime, left, right);
    case Operation::divide:
      break;
  }
  if (right == 0) runtime.fail("float division by zero");
  return left / right;
}

/// How large `size` times `count` gets, if that may be made at all.
std::size_t repeated_size(Runtime& runtime, std::size_t size, std::int64_t count) {
  if (count <= 0 || size == 0) return 0;
  std::size_t total = 0;
  if (__builtin_mul_overflow(size, static_cast<std::size_t>(count), &total) ||
      total > runtime.options.limits.memory_bytes) {
    throw HeapExhausted{};
  }
  return total;
}

Value repeat_text(Runtime& runtime, std::string_view text, std::int64_t count) {
  const auto size = repeated_size(runtime, text.size(), count);
  runtime.charge_bytes(size);
  auto* place = static_cast<char*>(runtime.heap.allocate(size, 1));
  for (std::size_t at = 0; at < size; at += text.size()) std::ranges::copy(text, place + at);
  return Value::text({place, size});
}

Value repeat_items(Runtime& runtime, const Value& items, std::int64_t count) {
  const auto bytes = repeated_size(runtime, items.item_count() * sizeof(Value), count);
  runtime.charge(bytes / sizeof(Value));
  std::vector<Value> out;
  out.reserve(bytes / sizeof(Value));
  while (out.size() < bytes / sizeof(Value)) {
    for (std::size_t i = 0; i < items.item_count(); ++i) out.push_back(items.item(i));
  }
  return items.is(Kind::tuple) ? runtime.tuple(out) : runtime.list(out);
}

Value multiply(Runtime& runtime, const Value& left, const Value& right) {
  if (left.is_text() && right.is_whole()) {
    return marked_like(left, repeat_text(runtime, left.as_text(), right.as_integer()));
  }
  if (right.is_text() && left.is_whole()) return multiply(runtime, right, left);
  if (left.is_sequence() && right.is_whole()) return repeat_items(runtime, left, right.as_integer());
  if (right.is_sequence() && left.is_whole()) return repeat_items(runtime, right, left.as_integer());
  unsupported(runtime, Operation::multiply, left, right);
}

Value add_texts(Runtime& runtime, const Value& left, const Value& right) {
  if (!left.is_marked() && !right.is_marked()) return runtime.join(left, right);
  return runtime.join(to_markup(runtime, left), to_markup(runtime, right)).as_marked();
}

Value add(Runtime& runtime, const Value& left, const Value& right) {
  if (left.is_text() && right.is_text()) return add_texts(runtime, left, right);
  const bool lists = left.is_list() && right.is_list();
  if (!lists && !(left.is(Kind::tuple) && right.is(Kind::tuple)))
    unsupported(runtime, Operation::add, left, right);
  std::vector<Value> out;
  runtime.charge(left.item_count() + right.item_count());
  for (std::size_t i = 0; i < left.item_count(); ++i) out.push_back(left.item(i));
  for (std::size_t i = 0; i < right.item_count(); ++i) out.push_back(right.item(i));
  return lists ? runtime.list(out) : runtime.tuple(out);
}

}  // namespace

Value arithmetic(Runtime& runtime, Operation operation, const Value& left, const Value& right) {
  if (left.is_whole() && right.is_whole()) {
    return whole_arithmetic(runtime, operation, left.as_integer(), right.as_integer());
  }
  const bool large = left.is(Kind::large) || right.is(Kind::large);
  if (large && left.is_number() && right.is_number()) overflow(runtime);
  if (left.is_number() && right.is_number()) {
    return Value::real(real_arithmetic(runtime, operation, left.as_real(), right.as_real()));
  }
  if (operation == Operation::add) return add(runtime, left, right);
  if (operation == Operation::multiply) return multiply(runtime, left, right);
  if (operation == Operation::modulo && left.is_text()) return format_percent(runtime, left, right);
  unsupported(runtime, operation, left, right);
}

Value negate(Runtime& runtime, const Value& value) {
  if (value.is(Kind::real)) return Value::real(-value.as_real());
  if (value.is(Kind::large)) overflow(runtime);
  if (value.is_whole()) return whole_arithmetic(runtime, Operation::subtract, 0, value.as_integer());
  require_defined(runtime, value);
  runtime.fail(fmt::format("bad operand type for unary -: '{}'", type_name(value)));
}

Value plus(Runtime& runtime, const Value& value) {
  if (value.is(Kind::large)) return value;
  if (value.is_whole()) return Value::integer(value.as_integer());
  if (value.is(Kind::real)) return value;
  require_defined(runtime, value);
  runtime.fail(fmt::format("bad operand type for unary +: '{}'", type_name(value)));
}

}  // namespace dynamo::jinja
