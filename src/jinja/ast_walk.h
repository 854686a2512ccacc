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

/// Calls `on_expr(Expr&)` for each expression that stands in `node` itself, targets aside, and
/// `on_body(Body)` for each body in it.
template <class OnExpr, class OnBody>
void for_each_part(Node& node, OnExpr&& on_expr, OnBody&& on_body) {
  const auto each = [&](Exprs parts) {
    for (auto* part : parts) on_expr(*part);
  };
  const auto optional = [&](Expr* part) {
    if (part != nullptr) on_expr(*part);
  };
  const auto procedure = [&](const Procedure& part) {
    each(part.signature.defaults);
    on_body(part.body);
  };
  switch (node.kind) {
    case NodeKind::text:
    case NodeKind::break_loop:
    case NodeKind::continue_loop:
      return;
    case NodeKind::output:
      return on_expr(*static_cast<OutputNode&>(node).value);
    case NodeKind::set:
      return on_expr(*static_cast<SetNode&>(node).value);
    case NodeKind::set_block:
      optional(static_cast<SetBlockNode&>(node).filter);
      return on_body(static_cast<SetBlockNode&>(node).body);
    case NodeKind::conditional:
      for (const auto& branch : static_cast<ConditionalNode&>(node).branches) {
        on_expr(*branch.test);
        on_body(branch.body);
      }
      return on_body(static_cast<ConditionalNode&>(node).otherwise);
    case NodeKind::loop:
      on_expr(*static_cast<LoopNode&>(node).iterable);
      optional(static_cast<LoopNode&>(node).test);
      on_body(static_cast<LoopNode&>(node).body);
      return on_body(static_cast<LoopNode&>(node).otherwise);
    case NodeKind::macro:
      return procedure(static_cast<MacroNode&>(node).procedure);
    case NodeKind::call_block:
      on_expr(*static_cast<CallBlockNode&>(node).call);
      return procedure(static_cast<CallBlockNode&>(node).procedure);
    case NodeKind::filter_block:
      on_expr(*static_cast<FilterBlockNode&>(node).filter);
      return on_body(static_cast<FilterBlockNode&>(node).body);
    case NodeKind::with:
      each(static_cast<WithNode&>(node).values);
      return on_body(static_cast<WithNode&>(node).body);
    case NodeKind::generation:
      return procedure(static_cast<GenerationNode&>(node).procedure);
  }
}

/// Whether `body`, with everything inside it, reads the variable `name` before it assigns it.
bool reads_undeclared(Body body, std::string_view name);

}  // namespace dynamo::jinja
