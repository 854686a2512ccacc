#include "jinja/ast_walk.h"

namespace dynamo::jinja {
namespace {

/// Looks through a tree, in the order of the text, for the first mention of a name.
class Mention {
 public:
  explicit Mention(std::string_view name) : name_(name) {}

  bool read() const { return found_ == Found::read; }

  void look(Body body) {
    for (auto* node : body) {
      if (found_ != Found::nothing) return;
      look_at(*node);
    }
  }

 private:
  enum class Found : std::uint8_t { nothing, read, assigned };

  void mention(std::string_view name, Found how) {
    if (found_ == Found::nothing && name == name_) found_ = how;
  }

  void read_in(Expr& expr) {
    if (found_ != Found::nothing) return;
    if (expr.kind == ExprKind::name) mention(static_cast<NameExpr&>(expr).name, Found::read);
    for_each_part(expr, [this](Expr& part) { read_in(part); });
  }

  void assigned_in(Expr& target) {
    if (target.kind == ExprKind::name) mention(static_cast<NameExpr&>(target).name, Found::assigned);
    if (target.kind == ExprKind::tuple) for_each_part(target, [this](Expr& part) { assigned_in(part); });
  }

  void read_in(Expr* expr) {
    if (expr != nullptr) read_in(*expr);
  }

  void look_at(const Procedure& procedure) {
    for (auto* parameter : procedure.signature.parameters) mention(parameter->name, Found::assigned);
    for (auto* value : procedure.signature.defaults) read_in(*value);
    look(procedure.body);
  }

  void look_at(const LoopNode& node) {
    assigned_in(*node.target);
    read_in(*node.iterable);
    look(node.body);
    look(node.otherwise);
    read_in(node.test);
  }

  void look_at(const ConditionalNode& node) {
    for (const auto& branch : node.branches) {
      read_in(*branch.test);
      look(branch.body);
    }
    look(node.otherwise);
  }

  void look_at(const SetBlockNode& node) {
    assigned_in(*node.target);
    read_in(node.filter);
    look(node.body);
  }

  void look_at(const WithNode& node) {
    for (auto* target : node.targets) assigned_in(*target);
    for (auto* value : node.values) read_in(*value);
    look(node.body);
  }

  void look_at(Node& node) {
    switch (node.kind) {
      case NodeKind::text:
      case NodeKind::break_loop:
      case NodeKind::continue_loop:
        return;
      case NodeKind::output:
        return read_in(*static_cast<OutputNode&>(node).value);
      case NodeKind::set:
        assigned_in(*static_cast<SetNode&>(node).target);
        return read_in(*static_cast<SetNode&>(node).value);
      case NodeKind::set_block:
        return look_at(static_cast<SetBlockNode&>(node));
      case NodeKind::conditional:
        return look_at(static_cast<ConditionalNode&>(node));
      case NodeKind::loop:
        return look_at(static_cast<LoopNode&>(node));
      case NodeKind::macro:
        return look_at(static_cast<MacroNode&>(node).procedure);
      case NodeKind::call_block:
        read_in(*static_cast<CallBlockNode&>(node).call);
        return look_at(static_cast<CallBlockNode&>(node).procedure);
      case NodeKind::filter_block:
        look(static_cast<FilterBlockNode&>(node).body);
        return read_in(*static_cast<FilterBlockNode&>(node).filter);
      case NodeKind::with:
        return look_at(static_cast<WithNode&>(node));
      case NodeKind::generation:
        return look_at(static_cast<GenerationNode&>(node).procedure);
    }
  }

  std::string_view name_;
  Found found_ = Found::nothing;
};

}  // namespace

bool reads_undeclared(Body body, std::string_view name) {
  Mention mention(name);
  mention.look(body);
  return mention.read();
}

}  // namespace dynamo::jinja
