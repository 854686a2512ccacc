#include "jinja/declarations.h"

#include <limits>
#include <utility>

#include "jinja/ast_walk.h"
#include "jinja/runtime.h"

namespace dynamo::jinja {

void Frame::read(std::string_view name) {
  if (find(name) == nullptr) define(name, Load::From::context);
}

void Frame::assign(std::string_view name, bool conditional) {
  if (variables_.contains(name)) return;
  if (parent_ != nullptr && parent_->find(name) != nullptr) {
    define(name, Load::From::outer);
  } else {
    define(name, conditional ? Load::From::context : Load::From::nothing);
  }
}

std::uint16_t Frame::parameter(std::string_view name) {
  if (!variables_.contains(name)) define(name, Load::From::nothing);
  auto& variable = variables_.at(name);
  variable.parameter = true;
  return variable.slot;
}

Slot Frame::slot(std::string_view name) const {
  std::uint16_t up = 0;
  for (const auto* frame = this; frame != nullptr; frame = frame->parent_) {
    if (const auto found = frame->variables_.find(name); found != frame->variables_.end()) {
      return {up, found->second.slot};
    }
    if (frame->parent_ != nullptr && &frame->parent_->function_ != &frame->function_) ++up;
  }
  return {};  // not reached: every name was declared
}

Scope Frame::scope(Heap& heap) const {
  std::vector<Load> loads;
  for (const auto name : order_) {
    const auto& variable = variables_.at(name);
    if (variable.parameter) continue;
    Load load{variable.from, variable.slot, {}, name};
    if (variable.from == Load::From::outer) load.outer = outer_slot(name);
    loads.push_back(load);
  }
  return {heap.copy(loads)};
}

const Frame::Variable* Frame::find(std::string_view name) const {
  for (const auto* frame = this; frame != nullptr; frame = frame->parent_) {
    if (const auto found = frame->variables_.find(name); found != frame->variables_.end())
      return &found->second;
  }
  return nullptr;
}

void Frame::define(std::string_view name, Load::From from) {
  if (function_.slots >= std::numeric_limits<std::uint16_t>::max()) {
    throw Fault{Errc::too_large, "the template has too many variables", 1};
  }
  order_.push_back(name);
  variables_[name] = {from, static_cast<std::uint16_t>(function_.slots++)};
}

Slot Frame::outer_slot(std::string_view name) const {
  auto slot = parent_->slot(name);
  if (&parent_->function_ != &function_) ++slot.up;
  return slot;
}

void Declarations::read(Expr& expr) {
  if (expr.kind == ExprKind::name) frame_.read(static_cast<NameExpr&>(expr).name);
  for_each_part(expr, [this](Expr& part) { read(part); });
}

void Declarations::read(Expr* expr) {
  if (expr != nullptr) read(*expr);
}

void Declarations::assign(Expr& target) {
  if (target.kind == ExprKind::name) frame_.assign(static_cast<NameExpr&>(target).name, conditional_);
  if (target.kind == ExprKind::namespace_ref) frame_.read(static_cast<NamespaceRefExpr&>(target).name);
  if (target.kind == ExprKind::tuple) for_each_part(target, [this](Expr& part) { assign(part); });
}

void Declarations::parameters(Expr& target) {
  if (target.kind == ExprKind::name) frame_.parameter(static_cast<NameExpr&>(target).name);
  if (target.kind == ExprKind::tuple) for_each_part(target, [this](Expr& part) { parameters(part); });
}

void Declarations::body(Body body) {
  for (auto* node : body) statement(*node);
}

void Declarations::conditional(const ConditionalNode& node) {
  const bool outside = std::exchange(conditional_, true);
  for (const auto& branch : node.branches) {
    read(*branch.test);
    body(branch.body);
  }
  body(node.otherwise);
  conditional_ = outside;
}

void Declarations::statement(Node& node) {
  switch (node.kind) {
    case NodeKind::text:
    case NodeKind::generation:
    case NodeKind::break_loop:
    case NodeKind::continue_loop:
      return;
    case NodeKind::output:
      return read(*static_cast<OutputNode&>(node).value);
    case NodeKind::set:
      read(*static_cast<SetNode&>(node).value);
      return assign(*static_cast<SetNode&>(node).target);
    case NodeKind::set_block:
      return assign(*static_cast<SetBlockNode&>(node).target);
    case NodeKind::conditional:
      return conditional(static_cast<ConditionalNode&>(node));
    case NodeKind::loop:
      return read(*static_cast<LoopNode&>(node).iterable);
    case NodeKind::macro:
      return frame_.assign(static_cast<MacroNode&>(node).procedure.name, conditional_);
    case NodeKind::call_block:
      return read(*static_cast<CallBlockNode&>(node).call);
    case NodeKind::filter_block:
      return read(*static_cast<FilterBlockNode&>(node).filter);
    case NodeKind::with:
      for (auto* value : static_cast<WithNode&>(node).values) read(*value);
      return;
  }
}

}  // namespace dynamo::jinja
