#include <fmt/format.h>

#include "jinja/builtins.h"
#include "jinja/renderer.h"

namespace dynamo::jinja {

Value& Renderer::variable(Slot slot) {
  auto* activation = activation_;
  for (auto up = slot.up; up > 0; --up) activation = activation->outer;
  return activation->slots[slot.index];
}

Value Renderer::name(const NameExpr& expr) {
  const auto& value = variable(expr.slot);
  return value.is_missing() ? Value::undefined(&expr.absence) : value;
}

Value Renderer::evaluate(const Expr& expr) {
  runtime_.charge(1);
  if (expr.kind == ExprKind::constant) return static_cast<const ConstantExpr&>(expr).value;
  if (expr.kind == ExprKind::name) return name(static_cast<const NameExpr&>(expr));
  const Deeper deeper(runtime_);
  return composite(expr);
}

Value Renderer::composite(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::constant:
    case ExprKind::name:
    case ExprKind::namespace_ref:
      return {};  // handled by the caller, or a target only
    case ExprKind::list:
    case ExprKind::tuple:
      return items(static_cast<const ItemsExpr&>(expr));
    case ExprKind::dict:
      return dict(static_cast<const DictExpr&>(expr));
    case ExprKind::concat:
      return concat(static_cast<const ItemsExpr&>(expr));
    case ExprKind::negate:
      return negate(runtime_, evaluate(*static_cast<const UnaryExpr&>(expr).operand));
    case ExprKind::plus:
      return plus(runtime_, evaluate(*static_cast<const UnaryExpr&>(expr).operand));
    case ExprKind::logical_not:
      return Value::boolean(!truth(runtime_, evaluate(*static_cast<const UnaryExpr&>(expr).operand)));
    case ExprKind::logical_and:
    case ExprKind::logical_or:
      return logical(static_cast<const BinaryExpr&>(expr));
    case ExprKind::arithmetic:
      return arithmetic(static_cast<const ArithmeticExpr&>(expr));
    case ExprKind::compare:
      return compare(static_cast<const CompareExpr&>(expr));
    case ExprKind::condition:
      return condition(static_cast<const ConditionExpr&>(expr));
    case ExprKind::attribute: {
      const auto& part = static_cast<const AttributeExpr&>(expr);
      const auto object = evaluate(*part.object);
      runtime_.line = expr.line;
      return attribute(runtime_, object, part.name);
    }
    case ExprKind::item: {
      const auto& part = static_cast<const ItemExpr&>(expr);
      const auto object = evaluate(*part.object);
      const auto index = evaluate(*part.index);
      runtime_.line = expr.line;
      return element(runtime_, object, index);
    }
    case ExprKind::slice:
      return slice(static_cast<const SliceExpr&>(expr));
    case ExprKind::call:
      return call(static_cast<const CallExpr&>(expr), nullptr);
    case ExprKind::filter:
      return filter(static_cast<const FilterExpr&>(expr), nullptr);
    case ExprKind::test:
      return test(static_cast<const FilterExpr&>(expr));
  }
  return {};
}

Value Renderer::items(const ItemsExpr& expr) {
  std::vector<Value> values;
  values.reserve(expr.items.size());
  for (const auto* item : expr.items) values.push_back(evaluate(*item));
  return expr.kind == ExprKind::tuple ? runtime_.tuple(values) : runtime_.list(values);
}

Value Renderer::dict(const DictExpr& expr) {
  DictBuilder builder(runtime_);
  for (std::size_t i = 0; i < expr.keys.size(); ++i) {
    const auto key = evaluate(*expr.keys[i]);
    builder.set(key, evaluate(*expr.values[i]));
  }
  return builder.finish();
}

Value Renderer::concat(const ItemsExpr& expr) {
  auto joined = to_text(runtime_, evaluate(*expr.items.front()));
  for (const auto* item : expr.items.subspan(1)) {
    joined = runtime_.join(joined, to_text(runtime_, evaluate(*item)));
  }
  return joined;
}

Value Renderer::compare(const CompareExpr& expr) {
  auto left = evaluate(*expr.first);
  for (std::size_t i = 0; i < expr.operands.size(); ++i) {
    const auto right = evaluate(*expr.operands[i]);
    runtime_.line = expr.line;
    if (!dynamo::jinja::compare(runtime_, expr.operators[i], left, right)) return Value::boolean(false);
    left = right;
  }
  return Value::boolean(true);
}

Value Renderer::condition(const ConditionExpr& expr) {
  if (truth(runtime_, evaluate(*expr.test))) return evaluate(*expr.then);
  if (expr.otherwise != nullptr) return evaluate(*expr.otherwise);
  return runtime_.undefined(fmt::format(
      "the inline if-expression on line {} evaluated to false and no else section was defined.", expr.line));
}

Value Renderer::logical(const BinaryExpr& expr) {
  const auto left = evaluate(*expr.left);
  const bool decided = truth(runtime_, left) == (expr.kind == ExprKind::logical_or);
  return decided ? left : evaluate(*expr.right);
}

Value Renderer::arithmetic(const ArithmeticExpr& expr) {
  const auto left = evaluate(*expr.left);
  const auto right = evaluate(*expr.right);
  runtime_.line = expr.line;
  return dynamo::jinja::arithmetic(runtime_, expr.operation, left, right);
}

Value Renderer::slice(const SliceExpr& expr) {
  const auto object = evaluate(*expr.object);
  SliceBounds bounds;
  if (expr.start != nullptr) bounds.start = evaluate(*expr.start);
  if (expr.stop != nullptr) bounds.stop = evaluate(*expr.stop);
  if (expr.step != nullptr) bounds.step = evaluate(*expr.step);
  runtime_.line = expr.line;
  return dynamo::jinja::slice(runtime_, object, bounds);
}

Value Renderer::call(const CallExpr& expr, const Value* caller) {
  const auto callee = evaluate(*expr.callee);
  const auto given = arguments(expr.arguments, caller);
  runtime_.line = expr.line;
  return dynamo::jinja::call(runtime_, callee, given);
}

Value Renderer::filter(const FilterExpr& expr, const Value* operand) {
  const auto value = expr.operand == nullptr ? *operand
                     : expr.operand->kind == ExprKind::filter
                         ? filter(static_cast<FilterExpr&>(*expr.operand), operand)
                         : evaluate(*expr.operand);
  const auto given = arguments(expr.arguments, nullptr);
  runtime_.line = expr.line;
  if (expr.builtin == nullptr) runtime_.fail(fmt::format("No filter named '{}'.", expr.name));
  return invoke(runtime_, *expr.builtin, value, given);
}

Value Renderer::test(const FilterExpr& expr) {
  const auto value = evaluate(*expr.operand);
  const auto given = arguments(expr.arguments, nullptr);
  runtime_.line = expr.line;
  if (expr.builtin == nullptr) runtime_.fail(fmt::format("No test named '{}'.", expr.name));
  return Value::boolean(truth(runtime_, invoke(runtime_, *expr.builtin, value, given)));
}

Arguments Renderer::arguments(const ArgumentExprs& exprs, const Value* caller) {
  const bool none = exprs.positional.empty() && exprs.keywords.empty() && exprs.more == nullptr &&
                    exprs.more_keywords == nullptr && caller == nullptr;
  if (none) return {};
  std::vector<Value> positional;
  std::vector<Keyword> keywords;
  for (const auto* value : exprs.positional) positional.push_back(evaluate(*value));
  if (exprs.more != nullptr) {
    const auto more = collect(runtime_, evaluate(*exprs.more));
    positional.insert(positional.end(), more.begin(), more.end());
  }
  for (const auto& keyword : exprs.keywords) keywords.push_back({keyword.name, evaluate(*keyword.value)});
  if (caller != nullptr) keywords.push_back({"caller", *caller});
  if (exprs.more_keywords != nullptr) more_keywords(evaluate(*exprs.more_keywords), keywords);
  return {runtime_.heap.copy(positional), runtime_.heap.copy(keywords)};
}

void Renderer::more_keywords(const Value& given, std::vector<Keyword>& keywords) {
  if (!given.is_dict()) {
    runtime_.fail(fmt::format("argument after ** must be a mapping, not {}", type_name(given)));
  }
  const auto named = keywords.size();  // those of the dict differ from one another
  runtime_.charge(given.entry_count() * (named / 8 + 1));
  for (std::size_t i = 0; i < given.entry_count(); ++i) {
    const auto entry = given.entry(i);
    if (!entry.key.is_text()) runtime_.fail("keywords must be strings");
    const auto name = entry.key.as_text();
    const auto* end = keywords.data() + named;
    if (std::ranges::find(std::as_const(keywords).data(), end, name, &Keyword::name) != end) {
      runtime_.fail(fmt::format("got multiple values for keyword argument '{}'", name));
    }
    keywords.push_back({name, entry.value});
  }
}

}  // namespace dynamo::jinja
