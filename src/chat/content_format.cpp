#include "chat/content_format.h"

#include "jinja/ast.h"
#include "jinja/ast_walk.h"

namespace dynamo::chat {
namespace {

using namespace jinja;

using Names = std::vector<std::string_view>;

bool contains(const Names& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

struct FoundLoop {
  const LoopNode* loop;
  const Procedure* macro;  // the innermost around it; null outside of macros
};

/// The nodes of a template that say how it uses its messages.
class Census {
 public:
  void count(Body body, const Procedure* macro) {
    for (Node* node : body) count(*node, macro);
  }

  std::vector<const SetNode*> sets;
  std::vector<FoundLoop> loops;
  std::vector<const Procedure*> macros;
  std::vector<const CallExpr*> calls;

 private:
  void count(Expr& expr) {
    if (expr.kind == ExprKind::call) calls.push_back(&static_cast<CallExpr&>(expr));
    for_each_part(expr, [this](Expr& part) { count(part); });
  }

  void count(Expr* expr) {
    if (expr != nullptr) count(*expr);
  }

  void count(Exprs exprs) {
    for (Expr* expr : exprs) count(*expr);
  }

  void count(const SetNode& node) {
    sets.push_back(&node);
    count(*node.value);
  }

  void count(const ConditionalNode& node, const Procedure* macro) {
    for (const Branch& branch : node.branches) {
      count(*branch.test);
      count(branch.body, macro);
    }
    count(node.otherwise, macro);
  }

  void count(const LoopNode& node, const Procedure* macro) {
    loops.push_back({&node, macro});
    count(*node.iterable);
    count(node.test);
    count(node.body, macro);
    count(node.otherwise, macro);
  }

  void count(const MacroNode& node) {
    macros.push_back(&node.procedure);
    count(node.procedure.signature.defaults);
    count(node.procedure.body, &node.procedure);
  }

  void count(const CallBlockNode& node, const Procedure* macro) {
    count(*node.call);
    count(node.procedure.body, macro);
  }

  void count(const WithNode& node, const Procedure* macro) {
    count(node.values);
    count(node.body, macro);
  }

  void count(Node& node, const Procedure* macro) {
    switch (node.kind) {
      case NodeKind::text:
      case NodeKind::break_loop:
      case NodeKind::continue_loop:
        return;
      case NodeKind::output:
        return count(*static_cast<OutputNode&>(node).value);
      case NodeKind::set:
        return count(static_cast<SetNode&>(node));
      case NodeKind::set_block:
        return count(static_cast<SetBlockNode&>(node).body, macro);
      case NodeKind::conditional:
        return count(static_cast<ConditionalNode&>(node), macro);
      case NodeKind::loop:
        return count(static_cast<LoopNode&>(node), macro);
      case NodeKind::macro:
        return count(static_cast<MacroNode&>(node));
      case NodeKind::call_block:
        return count(static_cast<CallBlockNode&>(node), macro);
      case NodeKind::filter_block:
        return count(static_cast<FilterBlockNode&>(node).body, macro);
      case NodeKind::with:
        return count(static_cast<WithNode&>(node), macro);
      case NodeKind::generation:
        return count(static_cast<GenerationNode&>(node).procedure.body, macro);
    }
  }
};

bool is_one_of(const Expr& expr, const Names& names) {
  return expr.kind == ExprKind::name && contains(names, static_cast<const NameExpr&>(expr).name);
}

/// What filters, tests and slices are applied to, innermost.
const Expr& stripped(const Expr& expr) {
  const Expr* inner = nullptr;
  if (expr.kind == ExprKind::filter || expr.kind == ExprKind::test) {
    inner = static_cast<const FilterExpr&>(expr).operand;
  } else if (expr.kind == ExprKind::slice) {
    inner = static_cast<const SliceExpr&>(expr).object;
  }
  return inner == nullptr ? expr : stripped(*inner);
}

bool is_text(const Expr& expr, std::string_view text) {
  if (expr.kind != ExprKind::constant) return false;
  const Value& value = static_cast<const ConstantExpr&>(expr).value;
  return value.is_text() && value.as_text() == text;
}

/// `message.content` or `message['content']`, filtered and sliced or not, of any of `messages`.
bool is_content_of(const Expr& whole, const Names& messages) {
  const Expr& expr = stripped(whole);
  if (expr.kind == ExprKind::attribute) {
    const auto& attribute = static_cast<const AttributeExpr&>(expr);
    return attribute.name == "content" && is_one_of(*attribute.object, messages);
  }
  if (expr.kind == ExprKind::item) {
    const auto& item = static_cast<const ItemExpr&>(expr);
    return is_text(*item.index, "content") && is_one_of(*item.object, messages);
  }
  return false;
}

void add_target(Names& names, const Expr& target) {
  if (target.kind != ExprKind::name) return;
  const std::string_view name = static_cast<const NameExpr&>(target).name;
  if (!contains(names, name)) names.push_back(name);
}

/// `messages` and what is set to it or to a part of it.
Names names_of_messages(const Census& census) {
  Names names{"messages"};
  for (std::size_t before = 0; before != names.size();) {
    before = names.size();
    for (const SetNode* set : census.sets) {
      if (is_one_of(stripped(*set->value), names)) add_target(names, *set->target);
    }
  }
  return names;
}

/// What the loops over the messages call one.
Names names_of_message(const Census& census) {
  const Names messages = names_of_messages(census);
  Names names;
  for (const FoundLoop& found : census.loops) {
    if (is_one_of(stripped(*found.loop->iterable), messages)) add_target(names, *found.loop->target);
  }
  return names;
}

/// Adds the parameters of `macro` that `call` gives the content of a message.
void add_content_parameters(Names& names, const Procedure& macro, const CallExpr& call,
                            const Names& message) {
  if (!is_one_of(*call.callee, {macro.name})) return;
  const auto parameters = macro.signature.parameters;
  const auto& positional = call.arguments.positional;
  for (std::size_t i = 0; i < std::min(positional.size(), parameters.size()); ++i) {
    if (is_content_of(*positional[i], message)) add_target(names, *parameters[i]);
  }
  for (const KeywordExpr& keyword : call.arguments.keywords) {
    if (is_content_of(*keyword.value, message)) names.push_back(keyword.name);
  }
}

Names content_parameters(const Census& census, const Procedure& macro, const Names& message) {
  Names names;
  for (const CallExpr* call : census.calls) add_content_parameters(names, macro, *call, message);
  return names;
}

bool is_over_content(const Census& census, const FoundLoop& found, const Names& message) {
  const Expr& iterable = *found.loop->iterable;
  if (is_content_of(iterable, message)) return true;
  if (found.macro == nullptr) return is_one_of(iterable, {"content"});
  return is_one_of(iterable, content_parameters(census, *found.macro, message));
}

}  // namespace

ContentFormat content_format(const Program& program) {
  Census census;
  census.count(program.body, nullptr);
  const Names message = names_of_message(census);
  const bool parts = std::ranges::any_of(
      census.loops, [&](const FoundLoop& found) { return is_over_content(census, found, message); });
  return parts ? ContentFormat::parts : ContentFormat::text;
}

}  // namespace dynamo::chat
