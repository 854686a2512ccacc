#include "jinja/scopes.h"

#include <algorithm>
#include <fmt/format.h>
#include <vector>

#include "jinja/ast_walk.h"
#include "jinja/declarations.h"
#include "jinja/runtime.h"

namespace dynamo::jinja {
namespace {

/// Second pass: gives every name of a scope its variable, then does the same for the scopes inside.
class Analysis {
 public:
  explicit Analysis(Heap& heap) : heap_(heap) {}

  void run(Program& program) {
    Function function;
    Frame frame(nullptr, function);
    Declarations(frame).body(program.body);
    resolve(program.body, frame);
    program.scope = frame.scope(heap_);
    program.slots = static_cast<std::uint16_t>(function.slots);
  }

 private:
  /// Inside conditions, filters and tests that do not exist fail only when they are used.
  bool conditional_ = false;

  void resolve(Body body, Frame& frame) {
    for (auto* node : body) resolve(*node, frame);
  }

  /// The body of a scope of its own.
  void resolve_inside(Body body, Frame& frame) {
    const bool outside = std::exchange(conditional_, false);
    resolve(body, frame);
    conditional_ = outside;
  }

  void resolve(Expr* expr, const Frame& frame) {
    if (expr != nullptr) resolve(*expr, frame);
  }

  void resolve(Expr& expr, const Frame& frame) {
    if (expr.kind == ExprKind::name) {
      auto& name = static_cast<NameExpr&>(expr);
      name.slot = frame.slot(name.name);
    } else if (expr.kind == ExprKind::namespace_ref) {
      auto& reference = static_cast<NamespaceRefExpr&>(expr);
      reference.slot = frame.slot(reference.name);
    } else if (expr.kind == ExprKind::filter || expr.kind == ExprKind::test) {
      check(static_cast<FilterExpr&>(expr));
    }
    const bool outside = conditional_;
    conditional_ = outside || expr.kind == ExprKind::condition;
    for_each_part(expr, [&](Expr& part) { resolve(part, frame); });
    conditional_ = outside;
  }

  void check(const FilterExpr& expr) const {
    if (expr.builtin != nullptr || conditional_) return;
    const auto* what = expr.kind == ExprKind::filter ? "filter" : "test";
    throw Fault{Errc::invalid, fmt::format("No {} named '{}'.", what, expr.name), expr.line};
  }

  void resolve(Node& node, Frame& frame) {
    switch (node.kind) {
      case NodeKind::text:
      case NodeKind::break_loop:
      case NodeKind::continue_loop:
        return;
      case NodeKind::output:
        return resolve(*static_cast<OutputNode&>(node).value, frame);
      case NodeKind::set:
        resolve(*static_cast<SetNode&>(node).value, frame);
        return resolve(*static_cast<SetNode&>(node).target, frame);
      case NodeKind::set_block:
        return set_block(static_cast<SetBlockNode&>(node), frame);
      case NodeKind::conditional:
        return conditional(static_cast<ConditionalNode&>(node), frame);
      case NodeKind::loop:
        return loop(static_cast<LoopNode&>(node), frame);
      case NodeKind::macro:
        static_cast<MacroNode&>(node).slot = frame.slot(static_cast<MacroNode&>(node).procedure.name);
        return procedure(static_cast<MacroNode&>(node).procedure, frame, node.line);
      case NodeKind::call_block:
        resolve(*static_cast<CallBlockNode&>(node).call, frame);
        return procedure(static_cast<CallBlockNode&>(node).procedure, frame, node.line);
      case NodeKind::filter_block:
        return filter_block(static_cast<FilterBlockNode&>(node), frame);
      case NodeKind::with:
        return with(static_cast<WithNode&>(node), frame);
      case NodeKind::generation:
        return procedure(static_cast<GenerationNode&>(node).procedure, frame, node.line);
    }
  }

  void conditional(const ConditionalNode& node, Frame& frame) {
    const bool outside = std::exchange(conditional_, true);
    for (const auto& branch : node.branches) {
      resolve(*branch.test, frame);
      resolve(branch.body, frame);
    }
    resolve(node.otherwise, frame);
    conditional_ = outside;
  }

  void set_block(SetBlockNode& node, Frame& frame) {
    resolve(*node.target, frame);
    Frame inside(&frame, frame.function());
    Declarations declarations(inside);
    declarations.body(node.body);
    declarations.read(node.filter);
    resolve(node.filter, inside);
    resolve_inside(node.body, inside);
    node.scope = inside.scope(heap_);
  }

  void filter_block(FilterBlockNode& node, Frame& frame) {
    Frame inside(&frame, frame.function());
    Declarations declarations(inside);
    declarations.body(node.body);
    declarations.read(*node.filter);
    resolve(*node.filter, inside);
    resolve_inside(node.body, inside);
    node.scope = inside.scope(heap_);
  }

  void with(WithNode& node, Frame& frame) {
    for (auto* value : node.values) resolve(*value, frame);
    Frame inside(&frame, frame.function());
    Declarations declarations(inside);
    for (auto* target : node.targets) declarations.parameters(*target);
    declarations.body(node.body);
    for (auto* target : node.targets) resolve(*target, inside);
    resolve_inside(node.body, inside);
    node.scope = inside.scope(heap_);
  }

  void loop(LoopNode& node, Frame& frame) {
    resolve(*node.iterable, frame);
    Function own{&frame.function()};
    auto& function = node.recursive ? own : frame.function();
    loop_body(node, frame, function);
    if (node.test != nullptr) loop_test(node, frame, function);
    Frame otherwise(&frame, function);
    Declarations(otherwise).body(node.otherwise);
    resolve_inside(node.otherwise, otherwise);
    node.else_scope = otherwise.scope(heap_);
    node.function_slots = static_cast<std::uint16_t>(own.slots);
  }

  void loop_body(LoopNode& node, Frame& frame, Function& function) {
    Frame body(&frame, function);
    node.extended = node.recursive || reads_undeclared(node.body, "loop");
    if (node.extended) node.loop_slot = body.parameter("loop");
    Declarations declarations(body);
    declarations.parameters(*node.target);
    declarations.body(node.body);
    resolve(*node.target, body);
    resolve_inside(node.body, body);
    node.body_scope = body.scope(heap_);
  }

  void loop_test(LoopNode& node, Frame& frame, Function& function) {
    Frame test(&frame, function);
    Declarations declarations(test);
    declarations.parameters(*node.target);
    declarations.read(*node.test);
    node.test_target = copy_target(*node.target);
    resolve(*node.test_target, test);
    resolve(*node.test, test);
    node.test_scope = test.scope(heap_);
  }

  Expr* copy_target(const Expr& target) {
    if (target.kind != ExprKind::tuple) return heap_.make<NameExpr>(static_cast<const NameExpr&>(target));
    std::vector<Expr*> items;
    for (const auto* item : static_cast<const ItemsExpr&>(target).items) items.push_back(copy_target(*item));
    return heap_.make<ItemsExpr>(Expr{target.kind, target.line}, Exprs(heap_.copy(items)));
  }

  void procedure(Procedure& node, Frame& frame, std::uint32_t line) {
    Function function{&frame.function()};
    Frame inside(&frame, function);
    std::vector<std::string_view> names;
    for (auto* parameter : node.signature.parameters) {
      inside.parameter(parameter->name);
      names.push_back(parameter->name);
    }
    special_parameters(node, names, inside, line);
    Declarations declarations(inside);
    for (auto* value : node.signature.defaults) declarations.read(*value);
    declarations.body(node.body);
    for (auto* parameter : node.signature.parameters) resolve(*parameter, inside);
    const bool outside = std::exchange(conditional_, false);
    for (auto* value : node.signature.defaults) resolve(*value, inside);
    conditional_ = outside;
    resolve_inside(node.body, inside);
    node.parameter_names = heap_.copy(names);
    node.scope = inside.scope(heap_);
    node.slots = static_cast<std::uint16_t>(function.slots);
  }

  /// `caller`, `kwargs` and `varargs` are parameters of every macro that reads them without assigning them.
  static void special_parameters(Procedure& node, std::span<const std::string_view> names, Frame& frame,
                                 std::uint32_t line) {
    const auto place = [&](std::string_view name) { return std::ranges::find(names, name) - names.begin(); };
    const auto count = std::ssize(names);
    node.explicit_caller = place("caller") < count;
    if (reads_undeclared(node.body, "caller")) {
      const bool has_default = count - place("caller") <= std::ssize(node.signature.defaults);
      if (node.explicit_caller && !has_default) {
        throw Fault{Errc::invalid, "the special \"caller\" argument must be omitted or be given a default",
                    line};
      }
      node.takes_caller = true;
      if (!node.explicit_caller) node.caller_slot = frame.parameter("caller");
    }
    if (place("kwargs") == count && reads_undeclared(node.body, "kwargs")) {
      node.takes_keywords = true;
      node.keywords_slot = frame.parameter("kwargs");
    }
    if (place("varargs") == count && reads_undeclared(node.body, "varargs")) {
      node.takes_more = true;
      node.more_slot = frame.parameter("varargs");
    }
  }

  Heap& heap_;
};

}  // namespace

void analyze_scopes(Program& program) { Analysis(program.heap).run(program); }

}  // namespace dynamo::jinja
