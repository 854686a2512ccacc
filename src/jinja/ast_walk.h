#pragma once

#include "jinja/ast.h"

/// Walks over the tree that need no more than its shape.
namespace dynamo::jinja {

template <class Function>
void for_each_argument(const ArgumentExprs& arguments, Function&& visit) {
  for (auto* value : arguments.positional) visit(*value);
  for (const auto& keyword : arguments.keywords) visit(*keyword.value);
  if (arguments.more != nullptr) visit(*arguments.more);
  if (arguments.more_keywords != nullptr) visit(*arguments.more_keywords);
}

/// Calls `visit(Expr&)` for each direct part of `expr` that is there.
template <class Function>
void for_each_part(Expr& expr, Function&& visit) {
  const auto each = [&](Exprs parts) {
    for (auto* part : parts) visit(*part);
  };
  const auto optional = [&](Expr* part) {
    if (part != nullptr) visit(*part);
  };
  switch (expr.kind) {
    case ExprKind::constant:
    case ExprKind::name:
    case ExprKind::namespace_ref:
      return;
    case ExprKind::list:
    case ExprKind::tuple:
    case ExprKind::concat:
      return each(static_cast<ItemsExpr&>(expr).items);
    case ExprKind::dict:
      each(static_cast<DictExpr&>(expr).keys);
      return each(static_cast<DictExpr&>(expr).values);
    case ExprKind::negate:
    case ExprKind::plus:
    case ExprKind::logical_not:
      return visit(*static_cast<UnaryExpr&>(expr).operand);
    case ExprKind::logical_and:
    case ExprKind::logical_or:
      visit(*static_cast<BinaryExpr&>(expr).left);
      return visit(*static_cast<BinaryExpr&>(expr).right);
    case ExprKind::arithmetic:
      visit(*static_cast<ArithmeticExpr&>(expr).left);
      return visit(*static_cast<ArithmeticExpr&>(expr).right);
    case ExprKind::compare:
      visit(*static_cast<CompareExpr&>(expr).first);
      return each(static_cast<CompareExpr&>(expr).operands);
    case ExprKind::condition:
      visit(*static_cast<ConditionExpr&>(expr).test);
      visit(*static_cast<ConditionExpr&>(expr).then);
      return optional(static_cast<ConditionExpr&>(expr).otherwise);
    case ExprKind::attribute:
      return visit(*static_cast<AttributeExpr&>(expr).object);
    case ExprKind::item:
      visit(*static_cast<ItemExpr&>(expr).object);
      return visit(*static_cast<ItemExpr&>(expr).index);
    case ExprKind::slice:
      visit(*static_cast<SliceExpr&>(expr).object);
      optional(static_cast<SliceExpr&>(expr).start);
      optional(static_cast<SliceExpr&>(expr).stop);
      return optional(static_cast<SliceExpr&>(expr).step);
    case ExprKind::call:
      visit(*static_cast<CallExpr&>(expr).callee);
      return for_each_argument(static_cast<CallExpr&>(expr).arguments, visit);
    case ExprKind::filter:
    case ExprKind::test:
      optional(static_cast<FilterExpr&>(expr).operand);
      return for_each_argument(static_cast<FilterExpr&>(expr).arguments, visit);
  }
}

/// Whether `body`, with everything inside it, reads the variable `name` before it assigns it.
bool reads_undeclared(Body body, std::string_view name);

}  // namespace dynamo::jinja
