#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "jinja/ast.h"

namespace dynamo::jinja {

/// What becomes a call frame when rendering: the template, a macro, a call block, a recursive loop.
struct Function {
  Function* outer = nullptr;
  std::size_t slots = 0;
};

/// The variables of one scope, found in one pass over its statements before any of its names is resolved.
class Frame {
 public:
  Frame(Frame* parent, Function& function) : parent_(parent), function_(function) {}

  Function& function() const { return function_; }

  /// A name that is read here: it comes from the context unless a scope already has it.
  void read(std::string_view name);
  /// A name that is assigned here. What it is before that depends: inside a condition, that of the scope
  /// around or the context; else, of the scope around or nothing.
  void assign(std::string_view name, bool conditional);
  /// A name that has a value whenever the scope is entered.
  std::uint16_t parameter(std::string_view name);

  Slot slot(std::string_view name) const;
  Scope scope(Heap& heap) const;

 private:
  struct Variable {
    Load::From from;
    std::uint16_t slot;
    bool parameter = false;
  };

  const Variable* find(std::string_view name) const;
  void define(std::string_view name, Load::From from);
  Slot outer_slot(std::string_view name) const;

  Frame* parent_;
  Function& function_;
  std::unordered_map<std::string_view, Variable> variables_;
  std::vector<std::string_view> order_;
};

/// First pass over the statements of a scope: which names it reads and assigns. Scopes inside are left for
/// later.
class Declarations {
 public:
  explicit Declarations(Frame& frame) : frame_(frame) {}

  void read(Expr& expr);
  void read(Expr* expr);
  void parameters(Expr& target);
  void body(Body body);

 private:
  void assign(Expr& target);
  void statement(Node& node);
  void conditional(const ConditionalNode& node);

  Frame& frame_;
  bool conditional_ = false;
};

}  // namespace dynamo::jinja
