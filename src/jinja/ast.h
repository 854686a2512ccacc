#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "jinja/heap.h"
#include "jinja/value.h"

/// The tree of a parsed template. Nodes live in the heap of their Program, refer to each other by pointer and
/// are written by the parser and the scope analysis (scopes.h) alone.
namespace dynamo::jinja {

struct Builtin;

enum class ExprKind : std::uint8_t {
  constant,
  name,
  namespace_ref,
  list,
  tuple,
  dict,
  negate,
  plus,
  logical_not,
  logical_and,
  logical_or,
  arithmetic,
  concat,
  compare,
  condition,
  attribute,
  item,
  slice,
  call,
  filter,
  test,
};

struct Expr {
  ExprKind kind;
  std::uint32_t line;
};
using Exprs = std::span<Expr* const>;

/// A variable: number `index` of the function that is `up` functions further out.
struct Slot {
  std::uint16_t up = 0;
  std::uint16_t index = 0;
};

struct ConstantExpr : Expr {
  Value value;
};

struct NameExpr : Expr {
  std::string_view name;
  Slot slot{};
  Absence absence{{}, {}, name};  // of the variable, where it has no value
};

/// The target `namespace.attribute` of a set.
struct NamespaceRefExpr : Expr {
  std::string_view name;
  std::string_view attribute;
  Slot slot{};
};

/// List, tuple, and the operands of `~`.
struct ItemsExpr : Expr {
  Exprs items;
};

struct DictExpr : Expr {
  Exprs keys;
  Exprs values;
};

struct UnaryExpr : Expr {
  Expr* operand;
};

/// Two operands of `and` and `or`.
struct BinaryExpr : Expr {
  Expr* left;
  Expr* right;
};

enum class Operation : std::uint8_t { add, subtract, multiply, divide, floor_divide, modulo, power };

struct ArithmeticExpr : Expr {
  Operation operation;
  Expr* left;
  Expr* right;
};

enum class Comparison : std::uint8_t { equal, unequal, less, less_equal, greater, greater_equal, in, not_in };

struct CompareExpr : Expr {
  Expr* first;
  std::span<const Comparison> operators;
  Exprs operands;  // one behind each operator
};

struct ConditionExpr : Expr {
  Expr* test;
  Expr* then;
  Expr* otherwise;  // may be null
};

struct AttributeExpr : Expr {
  Expr* object;
  std::string_view name;
};

struct ItemExpr : Expr {
  Expr* object;
  Expr* index;
};

struct SliceExpr : Expr {
  Expr* object;
  Expr* start;  // each of the three may be null
  Expr* stop;
  Expr* step;
};

struct KeywordExpr {
  std::string_view name;
  Expr* value;
};

struct ArgumentExprs {
  Exprs positional{};
  std::span<const KeywordExpr> keywords{};
  Expr* more = nullptr;           // *more
  Expr* more_keywords = nullptr;  // **more_keywords
};

struct CallExpr : Expr {
  Expr* callee;
  ArgumentExprs arguments;
};

/// A filter or a test on `operand`, which is null in filter blocks.
struct FilterExpr : Expr {
  Expr* operand;
  std::string_view name;
  const Builtin* builtin;  // null when there is none of that name
  ArgumentExprs arguments;
};

enum class NodeKind : std::uint8_t {
  text,
  output,
  set,
  set_block,
  conditional,
  loop,
  macro,
  call_block,
  filter_block,
  with,
  generation,
  break_loop,
  continue_loop,
};

struct Node {
  NodeKind kind;
  std::uint32_t line;
};
using Body = std::span<Node* const>;

/// How a variable gets its value when its scope is entered.
struct Load {
  enum class From : std::uint8_t { context, outer, nothing };
  From from;
  std::uint16_t slot;
  Slot outer{};
  std::string_view name;
};

/// The variables of one scope that are set on entry.
struct Scope {
  std::span<const Load> loads{};
};

struct TextNode : Node {
  std::string_view text;
};

struct OutputNode : Node {
  Expr* value;
};

struct SetNode : Node {
  Expr* target;
  Expr* value;
};

struct SetBlockNode : Node {
  Expr* target;
  Expr* filter;  // may be null; the innermost operand of its filters is null
  Body body;
  Scope scope{};
};

struct Branch {
  Expr* test;
  Body body;
};

struct ConditionalNode : Node {
  std::span<const Branch> branches;
  Body otherwise;
};

struct LoopNode : Node {
  Expr* target;
  Expr* iterable;
  Expr* test;  // may be null
  bool recursive;
  Body body;
  Body otherwise;
  bool extended = false;             // the body asks for `loop`
  std::uint16_t loop_slot = 0;       // of `loop`
  std::uint16_t function_slots = 0;  // variables of the function that a recursive loop is
  Expr* test_target = nullptr;       // the target again, with the variables of the test
  Scope body_scope{};
  Scope test_scope{};
  Scope else_scope{};
};

/// What macros and call blocks have in common.
struct Signature {
  std::span<NameExpr* const> parameters;
  Exprs defaults;  // of the last parameters
};

struct Procedure {
  std::string_view name;
  Signature signature;
  Body body;
  Scope scope{};
  std::uint16_t slots = 0;
  std::span<const std::string_view> parameter_names{};
  bool takes_caller = false;
  bool takes_keywords = false;
  bool takes_more = false;
  bool explicit_caller = false;  // a parameter is named `caller`
  std::uint16_t caller_slot = 0;
  std::uint16_t keywords_slot = 0;
  std::uint16_t more_slot = 0;
};

struct MacroNode : Node {
  Procedure procedure;
  Slot slot{};
};

struct CallBlockNode : Node {
  CallExpr* call;
  Procedure procedure;
};

struct FilterBlockNode : Node {
  Expr* filter;
  Body body;
  Scope scope{};
};

struct WithNode : Node {
  Exprs targets;
  Exprs values;
  Body body;
  Scope scope{};
};

struct GenerationNode : Node {
  Procedure procedure;
};

/// A template, parsed.
struct Program {
  explicit Program(std::size_t memory) : heap(memory) {}
  Heap heap;
  Body body;
  Scope scope{};
  std::uint16_t slots = 0;
};

}  // namespace dynamo::jinja
