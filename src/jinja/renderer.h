#pragma once

#include <string>
#include <vector>

#include "jinja/ast.h"
#include "jinja/operations.h"

namespace dynamo::jinja {

/// The variables of one call of a function (the template, a macro, …), and of the functions around it.
struct Activation {
  Activation* outer;
  Value* slots;
};

/// What a statement says about those behind it.
enum class Flow : std::uint8_t { next, break_loop, continue_loop };

/// The elements that a loop goes through: those of an iterable for which its test holds.
class LoopSource {
 public:
  LoopSource(class Renderer& renderer, const LoopNode& node, const Value& iterable);
  bool next(Value& out);
  /// How many there are in all, where that is known without looking.
  std::optional<std::size_t> length() const;

 private:
  Renderer& renderer_;
  const LoopNode& node_;
  Value iterable_;
  Cursor cursor_;
};

/// Renders one template once: walks its tree and writes the text. Errors are thrown as Fault.
/// Evaluation is in evaluator.cpp, statements in statements.cpp, calls in procedures.cpp.
class Renderer {
 public:
  Renderer(Runtime& runtime, const Program& program) : runtime_(runtime), program_(program) {}

  std::string run();
  /// What `{% generation %}` blocks wrote in `text`, which run has returned.
  std::vector<Span> generated_in(std::string_view text) const;

  Runtime& runtime() { return runtime_; }
  Value evaluate(const Expr& expr);
  void assign(const Expr& target, const Value& value);
  void enter(const Scope& scope);
  /// Runs a macro's body with its arguments; the text it writes.
  Value call(const Procedure& procedure, Activation* outer, const Arguments& arguments);
  /// Runs a recursive loop over `iterable`; the text it writes.
  Value loop_inside(const LoopNode& node, Activation* outer, const Value& iterable, std::int64_t depth);

 private:
  // evaluator.cpp
  Value composite(const Expr& expr);
  Value& variable(Slot slot);
  Value name(const NameExpr& expr);
  Value items(const ItemsExpr& expr);
  Value dict(const DictExpr& expr);
  Value concat(const ItemsExpr& expr);
  Value compare(const CompareExpr& expr);
  Value condition(const ConditionExpr& expr);
  Value logical(const BinaryExpr& expr);
  Value arithmetic(const ArithmeticExpr& expr);
  Value slice(const SliceExpr& expr);
  Value call(const CallExpr& expr, const Value* caller);
  Value filter(const FilterExpr& expr, const Value* operand);
  Value test(const FilterExpr& expr);
  Arguments arguments(const ArgumentExprs& exprs, const Value* caller);
  void more_keywords(const Value& given, std::vector<Keyword>& keywords);

  // statements.cpp
  Flow execute(Body body);
  Flow execute(const Node& node);
  void output(const Expr& expr);
  /// A sum so far: written, from `begin` of the output on, if it is a text; else its value. What is written
  /// leaves an empty text as the value, which is markup if the text is.
  struct Sum {
    bool written = false;
    std::size_t begin = 0;
    Value value{};
  };
  Sum output_sum(const ArithmeticExpr& expr);
  void append(Sum& sum, const Value& text);
  void output_concat(const ItemsExpr& expr);
  void write(std::string_view text);
  void write(const Value& value);
  Flow conditional(const ConditionalNode& node);
  Flow set_block(const SetBlockNode& node);
  Flow filter_block(const FilterBlockNode& node);
  Flow with(const WithNode& node);
  void call_block(const CallBlockNode& node);
  Flow loop(const LoopNode& node);
  Flow loop_over(const LoopNode& node, const Value& iterable, Activation* outer, std::int64_t depth);
  Value macro(const Procedure& procedure);
  /// What is written from here on is text of its own, until take_since takes it back. Nests.
  std::size_t begin_capture();
  Value take_since(std::size_t start);
  void generation(const GenerationNode& node);
  Activation* activate(Activation* outer, std::size_t slots);

  // procedures.cpp
  void bind(const Procedure& procedure, const Arguments& arguments);
  void bind_rest(const Procedure& procedure, const Arguments& arguments, std::span<char> used);

  Runtime& runtime_;
  const Program& program_;
  std::string out_;
  std::size_t captures_ = 0;         // begun and not yet taken back
  std::size_t statement_begin_ = 0;  // where the outermost statement began to write
  struct Generated {
    std::size_t begin;
    std::size_t characters;
  };
  std::vector<Generated> generated_;
  Activation* activation_ = nullptr;
};

}  // namespace dynamo::jinja
