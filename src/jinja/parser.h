#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "jinja/ast.h"
#include "jinja/lexer.h"

namespace dynamo::jinja {

/// Of a call, or parameters of a macro: they are looked for one by one.
inline constexpr std::size_t kMostArguments = 1'000;

/// The tokens of a template, with the few questions that a parser asks of them. Its functions throw Fault.
class TokenStream {
 public:
  explicit TokenStream(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  const Token& current() const { return tokens_[at_]; }
  const Token& following() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  std::uint32_t line() const { return current().line; }
  Token take();

  bool at(TokenKind kind) const { return current().kind == kind; }
  bool at_operation(std::string_view text) const;
  bool at_name(std::string_view name) const;
  bool at_any_name(std::initializer_list<std::string_view> names) const;
  bool skip_operation(std::string_view text);
  bool skip_name(std::string_view name);
  Token expect(TokenKind kind, std::string_view wanted);
  void expect_operation(std::string_view text);
  void expect_name(std::string_view name);
  /// At the end of an expression list: a tag's end, `)`, or one of `names`.
  bool at_tuple_end(std::initializer_list<std::string_view> names) const;

  [[noreturn]] void fail(std::string message) const;
  [[noreturn]] void too_many_arguments() const;
  /// What stands at the current place, for messages.
  std::string describe() const;

 private:
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
};

/// Expressions, by recursive descent, one function for each level of precedence.
class ExpressionParser {
 public:
  ExpressionParser(TokenStream& tokens, Heap& heap) : tokens_(tokens), heap_(heap) {}

  Expr* expression();
  Expr* without_condition();
  /// A call block's call must be one.
  CallExpr* call_only();

  struct TupleRules {
    bool condition = true;     // conditional expressions are allowed
    bool parentheses = false;  // in parentheses, where an empty tuple is one
    std::initializer_list<std::string_view> end_names{};
  };
  Expr* tuple(const TupleRules& rules);

  enum class Targets : std::uint8_t { names, names_and_namespaces };
  /// What can be assigned to: a name, a tuple of them, and in `set` the attribute of a namespace.
  Expr* target(Targets allowed, std::initializer_list<std::string_view> end_names);
  NameExpr* name_target();
  /// `operand | name(arguments) | …`; `inline_first`: the first filter stands without its bar.
  Expr* filters(Expr* operand, bool inline_first);

  template <class T, class... Fields>
  T* make(ExprKind kind, std::uint32_t line, Fields&&... fields) {
    return heap_.make<T>(Expr{kind, line}, std::forward<Fields>(fields)...);
  }

 private:
  friend class Nesting;
  Expr* checked(Expr* expr) const;
  Expr* conditional();
  Expr* logical_or();
  Expr* logical_and();
  Expr* logical_not();
  Expr* comparison();
  Expr* sum();
  Expr* concatenation();
  Expr* product();
  Expr* power();
  Expr* unary(bool with_filters);
  Expr* primary();
  Expr* word();
  Expr* string();
  Expr* integer();
  Expr* real();
  Expr* list();
  Expr* dict();
  Expr* postfix(Expr* operand);
  Expr* filters_and_tests(Expr* operand);
  Expr* subscript(Expr* operand);
  Expr* member(Expr* operand, std::uint32_t line);
  Expr* slice(Expr* operand, Expr* start, std::uint32_t line);
  Expr* slice_bound();
  Expr* test(Expr* operand);
  Expr* call(Expr* callee);
  Expr* target_part(Targets allowed);
  ArgumentExprs arguments();
  std::string_view dotted_name();
  Exprs keep(const std::vector<Expr*>& items) { return heap_.copy(items); }

  TokenStream& tokens_;
  Heap& heap_;
  std::uint32_t depth_ = 0;
};

/// Parses a whole template and analyses its scopes. Throws Fault.
void parse_program(std::string_view source, Program& program);

}  // namespace dynamo::jinja
