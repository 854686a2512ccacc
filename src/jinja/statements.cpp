#include <fmt/format.h>

#include "jinja/builtins.h"
#include "jinja/characters.h"
#include "jinja/markup.h"
#include "jinja/renderer.h"

namespace dynamo::jinja {
namespace {

bool is_sum(const Expr& expr) {
  return expr.kind == ExprKind::arithmetic &&
         static_cast<const ArithmeticExpr&>(expr).operation == Operation::add;
}

}  // namespace

std::string Renderer::run() {
  activation_ = activate(nullptr, program_.slots);
  enter(program_.scope);
  execute(program_.body);
  if (has_surrogate(out_)) runtime_.fail("the text has a lone surrogate, which UTF-8 cannot hold");
  return std::move(out_);
}

Activation* Renderer::activate(Activation* outer, std::size_t slots) {
  auto* place = static_cast<Value*>(runtime_.heap.allocate(slots * sizeof(Value), alignof(Value)));
  std::uninitialized_fill_n(place, slots, Value());
  return runtime_.heap.make<Activation>(outer, place);
}

void Renderer::enter(const Scope& scope) {
  runtime_.charge(scope.loads.size());
  for (const auto& load : scope.loads) {
    auto& slot = activation_->slots[load.slot];
    if (load.from == Load::From::outer) {
      slot = variable(load.outer);
      continue;
    }
    slot = Value();
    if (load.from == Load::From::nothing) continue;
    if (const auto* found = runtime_.variables.if_contains({load.name.data(), load.name.size()})) {
      slot = Value::json(*found);
    } else if (const auto* global = find_global(load.name)) {
      slot = global_function(runtime_, *global);
    }
  }
}

void Renderer::assign(const Expr& target, const Value& value) {
  if (target.kind == ExprKind::name) {
    variable(static_cast<const NameExpr&>(target).slot) = value;
    return;
  }
  if (target.kind == ExprKind::namespace_ref) {
    const auto& reference = static_cast<const NamespaceRefExpr&>(target);
    const auto& owner = variable(reference.slot);
    if (!owner.is_object() || owner.as_object().type_name() != "Namespace") {
      runtime_.fail("cannot assign attribute on non-namespace object");
    }
    return static_cast<Namespace&>(owner.as_object()).set(runtime_, reference.attribute, value);
  }
  const auto parts = static_cast<const ItemsExpr&>(target).items;
  const auto values = collect(runtime_, value);
  if (values.size() < parts.size()) {
    runtime_.fail(
        fmt::format("not enough values to unpack (expected {}, got {})", parts.size(), values.size()));
  }
  if (values.size() > parts.size())
    runtime_.fail(fmt::format("too many values to unpack (expected {})", parts.size()));
  for (std::size_t i = 0; i < parts.size(); ++i) assign(*parts[i], values[i]);
}

Flow Renderer::execute(Body body) {
  const Deeper deeper(runtime_);
  for (const auto* node : body) {
    const auto flow = execute(*node);
    if (flow != Flow::next) return flow;
  }
  return Flow::next;
}

Flow Renderer::execute(const Node& node) {
  runtime_.charge(1);
  runtime_.line = node.line;
  if (captures_ == 0) statement_begin_ = out_.size();
  switch (node.kind) {
    case NodeKind::text:
      write(static_cast<const TextNode&>(node).text);
      break;
    case NodeKind::output:
      output(*static_cast<const OutputNode&>(node).value);
      break;
    case NodeKind::set: {
      const auto& set = static_cast<const SetNode&>(node);
      assign(*set.target, evaluate(*set.value));
      break;
    }
    case NodeKind::set_block:
      return set_block(static_cast<const SetBlockNode&>(node));
    case NodeKind::conditional:
      return conditional(static_cast<const ConditionalNode&>(node));
    case NodeKind::loop:
      return loop(static_cast<const LoopNode&>(node));
    case NodeKind::macro: {
      const auto& definition = static_cast<const MacroNode&>(node);
      variable(definition.slot) = macro(definition.procedure);
      break;
    }
    case NodeKind::call_block:
      call_block(static_cast<const CallBlockNode&>(node));
      break;
    case NodeKind::filter_block:
      return filter_block(static_cast<const FilterBlockNode&>(node));
    case NodeKind::with:
      return with(static_cast<const WithNode&>(node));
    case NodeKind::generation:
      generation(static_cast<const GenerationNode&>(node));
      break;
    case NodeKind::break_loop:
      return Flow::break_loop;
    case NodeKind::continue_loop:
      return Flow::continue_loop;
  }
  return Flow::next;
}

void Renderer::write(std::string_view text) {
  runtime_.charge_bytes(text.size());
  if (text.size() > runtime_.options.limits.output_bytes - out_.size()) {
    runtime_.fail(Errc::too_large,
                  fmt::format("the text is longer than {} bytes", runtime_.options.limits.output_bytes));
  }
  out_ += text;
}

void Renderer::write(const Value& value) {
  if (value.is_text()) return write(value.as_text());
  if (value.is_undefined()) return;
  std::string printed;
  print(runtime_, value, printed);
  write(printed);
}

/// Writes the value of an expression; sums and concatenations of texts without putting them together first.
void Renderer::output(const Expr& expr) {
  if (is_sum(expr)) {
    const auto sum = output_sum(static_cast<const ArithmeticExpr&>(expr));
    if (!sum.written) write(sum.value);
  } else if (expr.kind == ExprKind::concat) {
    output_concat(static_cast<const ItemsExpr&>(expr));
  } else {
    write(evaluate(expr));
  }
}

Renderer::Sum Renderer::output_sum(const ArithmeticExpr& expr) {
  const Deeper deeper(runtime_);
  Sum sum;
  if (is_sum(*expr.left)) {
    sum = output_sum(static_cast<const ArithmeticExpr&>(*expr.left));
  } else {
    sum.value = evaluate(*expr.left);
  }
  const auto right = evaluate(*expr.right);
  runtime_.line = expr.line;
  if (right.is_text() && (sum.written || sum.value.is_text())) {
    append(sum, right);
  } else {
    sum.value = dynamo::jinja::arithmetic(runtime_, Operation::add, sum.value, right);
  }
  return sum;
}

/// Writes one more text of a sum, and the first one before it. Where one of them is markup, all are.
void Renderer::append(Sum& sum, const Value& text) {
  if (!sum.written) {
    sum.begin = out_.size();
    write(sum.value.as_text());
    sum.written = true;
  }
  const bool marked = sum.value.is_marked();
  if (text.is_marked() && !marked) {
    const auto plain = out_.substr(sum.begin);
    out_.resize(sum.begin);
    write(escaped(plain));
  }
  write(marked ? to_markup(runtime_, text).as_text() : text.as_text());
  sum.value = marked || text.is_marked() ? Value::text({}).as_marked() : Value::text({});
}

void Renderer::output_concat(const ItemsExpr& expr) {
  for (const auto* item : expr.items) write(evaluate(*item));
}

std::size_t Renderer::begin_capture() {
  ++captures_;
  return out_.size();
}

Value Renderer::take_since(std::size_t start) {
  --captures_;
  const auto text = runtime_.text(std::string_view(out_).substr(start));
  out_.resize(start);
  return text;
}

/// Inside of captured text it counts as beginning where the text of the template itself has come to: that of
/// an expression is added when all of it is known.
void Renderer::generation(const GenerationNode& node) {
  const auto begin = captures_ == 0 ? out_.size() : statement_begin_;
  const auto text = call(node.procedure, activation_, {});
  generated_.push_back({begin, character_count(text.as_text())});
  write(text);
}

/// A block counts as so many characters, even where others came to stand there: those of the expression
/// around it.
std::vector<Span> Renderer::generated_in(std::string_view text) const {
  std::vector<Span> out;
  for (const auto& [begin, characters] : generated_) {
    out.push_back({begin, begin + byte_of_character(text.substr(begin), characters)});
  }
  return out;
}

Flow Renderer::conditional(const ConditionalNode& node) {
  for (const auto& branch : node.branches) {
    if (truth(runtime_, evaluate(*branch.test))) return execute(branch.body);
  }
  return execute(node.otherwise);
}

Flow Renderer::set_block(const SetBlockNode& node) {
  const auto start = begin_capture();
  enter(node.scope);
  const auto flow = execute(node.body);
  const auto text = take_since(start);
  if (flow != Flow::next) return flow;
  assign(*node.target,
         node.filter == nullptr ? text : filter(static_cast<const FilterExpr&>(*node.filter), &text));
  return Flow::next;
}

Flow Renderer::filter_block(const FilterBlockNode& node) {
  const auto start = begin_capture();
  enter(node.scope);
  const auto flow = execute(node.body);
  const auto text = take_since(start);
  if (flow == Flow::next) write(filter(static_cast<const FilterExpr&>(*node.filter), &text));
  return flow;
}

Flow Renderer::with(const WithNode& node) {
  enter(node.scope);
  for (std::size_t i = 0; i < node.targets.size(); ++i) assign(*node.targets[i], evaluate(*node.values[i]));
  return execute(node.body);
}

void Renderer::call_block(const CallBlockNode& node) {
  const auto caller = macro(node.procedure);
  write(call(*node.call, &caller));
}

}  // namespace dynamo::jinja
