#include "chat/content_format.h"

#include <unordered_map>
#include <unordered_set>

#include "jinja/ast.h"
#include "jinja/ast_walk.h"

namespace dynamo::chat {
namespace {

using namespace jinja;

using Names = std::unordered_set<std::string_view>;

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
  std::vector<const CallExpr*> calls;

 private:
  void count(Expr& expr) {
    if (expr.kind == ExprKind::call) calls.push_back(&static_cast<CallExpr&>(expr));
    for_each_part(expr, [this](Expr& part) { count(part); });
  }

  void count(Node& node, const Procedure* macro) {
    if (node.kind == NodeKind::set) sets.push_back(&static_cast<SetNode&>(node));
    if (node.kind == NodeKind::loop) loops.push_back({&static_cast<LoopNode&>(node), macro});
    if (node.kind == NodeKind::macro) macro = &static_cast<MacroNode&>(node).procedure;
    for_each_part(node, [this](Expr& part) { count(part); }, [&](Body body) { count(body, macro); });
  }
};

std::optional<std::string_view> name_of(const Expr& expr) {
  if (expr.kind != ExprKind::name) return std::nullopt;
  return static_cast<const NameExpr&>(expr).name;
}

bool is_one_of(const Expr& expr, const Names& names) {
  const auto name = name_of(expr);
  return name && names.contains(*name);
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

/// `messages` and what is set to it or to a part of it.
Names names_of_messages(const Census& census) {
  std::unordered_multimap<std::string_view, std::string_view>
      sets;  // from what is given on to what is set to it
  for (const SetNode* set : census.sets) {
    const auto given = name_of(stripped(*set->value));
    const auto target = name_of(*set->target);
    if (given && target) sets.emplace(*given, *target);
  }
  Names names{"messages"};
  for (std::vector<std::string_view> next{"messages"}; !next.empty();) {
    const auto [first, last] = sets.equal_range(next.back());
    next.pop_back();
    for (auto set = first; set != last; ++set) {
      if (names.insert(set->second).second) next.push_back(set->second);
    }
  }
  return names;
}

/// What the loops over the messages call one.
Names names_of_message(const Census& census) {
  const Names messages = names_of_messages(census);
  Names names;
  for (const FoundLoop& found : census.loops) {
    const auto target = name_of(*found.loop->target);
    if (target && is_one_of(stripped(*found.loop->iterable), messages)) names.insert(*target);
  }
  return names;
}

/// Where the calls of a macro have the content of a message.
struct Handed {
  std::unordered_set<std::size_t> places;
  Names keywords;
};
using HandedByName = std::unordered_map<std::string_view, Handed>;

HandedByName handed_content(const Census& census, const Names& message) {
  HandedByName out;
  for (const CallExpr* call : census.calls) {
    const auto callee = name_of(*call->callee);
    if (!callee) continue;
    const auto& positional = call->arguments.positional;
    for (std::size_t i = 0; i < positional.size(); ++i) {
      if (is_content_of(*positional[i], message)) out[*callee].places.insert(i);
    }
    for (const KeywordExpr& keyword : call->arguments.keywords) {
      if (is_content_of(*keyword.value, message)) out[*callee].keywords.insert(keyword.name);
    }
  }
  return out;
}

/// Whether `name` is a parameter of `macro` that is given the content of a message somewhere.
bool is_handed(const HandedByName& handed, const Procedure& macro, std::string_view name) {
  const auto found = handed.find(macro.name);
  if (found == handed.end()) return false;
  if (found->second.keywords.contains(name)) return true;
  const auto parameters = macro.signature.parameters;
  const auto place = std::ranges::find(parameters, name, &NameExpr::name) - parameters.begin();
  return place < std::ssize(parameters) && found->second.places.contains(static_cast<std::size_t>(place));
}

bool is_over_content(const HandedByName& handed, const FoundLoop& found, const Names& message) {
  const Expr& iterable = *found.loop->iterable;
  if (is_content_of(iterable, message)) return true;
  const auto name = name_of(iterable);
  if (!name) return false;
  return found.macro == nullptr ? *name == "content" : is_handed(handed, *found.macro, *name);
}

}  // namespace

ContentFormat content_format(const Program& program) {
  Census census;
  census.count(program.body, nullptr);
  const Names message = names_of_message(census);
  const auto handed = handed_content(census, message);
  const bool parts = std::ranges::any_of(
      census.loops, [&](const FoundLoop& found) { return is_over_content(handed, found, message); });
  return parts ? ContentFormat::parts : ContentFormat::text;
}

}  // namespace dynamo::chat
