#include <array>
#include <fmt/format.h>

#include "jinja/ast_walk.h"
#include "jinja/parser.h"
#include "jinja/runtime.h"

namespace dynamo::jinja {
namespace {

constexpr std::uint32_t kDeepestExpression = 300;  // of brackets and the like, which recursion here follows
constexpr std::uint32_t kDeepestTree = 1000;       // of what comes out, where `a + b + …` counts as well

struct OperatorRow {
  std::string_view text;
  Operation operation;
};
constexpr std::array<OperatorRow, 2> kSums = {{{"+", Operation::add}, {"-", Operation::subtract}}};
constexpr std::array<OperatorRow, 4> kProducts = {{{"*", Operation::multiply},
                                                   {"/", Operation::divide},
                                                   {"//", Operation::floor_divide},
                                                   {"%", Operation::modulo}}};

struct ComparisonRow {
  std::string_view text;
  Comparison comparison;
};
constexpr std::array<ComparisonRow, 6> kComparisons = {{{"==", Comparison::equal},
                                                        {"!=", Comparison::unequal},
                                                        {"<", Comparison::less},
                                                        {"<=", Comparison::less_equal},
                                                        {">", Comparison::greater},
                                                        {">=", Comparison::greater_equal}}};

bool deeper_than(Expr& expr, std::uint32_t levels) {
  if (levels == 0) return true;
  bool deeper = false;
  for_each_part(expr, [&](Expr& part) { deeper = deeper || deeper_than(part, levels - 1); });
  return deeper;
}

template <class Rows>
auto find_operator(const TokenStream& tokens, const Rows& rows) -> decltype(rows.data()) {
  if (!tokens.at(TokenKind::operation)) return nullptr;
  const auto found = std::ranges::find(rows, tokens.current().text, &Rows::value_type::text);
  return found == rows.end() ? nullptr : &*found;
}

std::optional<Comparison> take_comparison(TokenStream& tokens) {
  if (const auto* row = find_operator(tokens, kComparisons)) {
    tokens.take();
    return row->comparison;
  }
  if (tokens.skip_name("in")) return Comparison::in;
  const auto& after = tokens.following();
  if (!tokens.at_name("not") || after.kind != TokenKind::name || after.text != "in") return std::nullopt;
  tokens.take();
  tokens.take();
  return Comparison::not_in;
}

}  // namespace

/// Bounds how deep expressions nest, for as long as it lives.
class Nesting {
 public:
  explicit Nesting(ExpressionParser& parser) : parser_(parser) {
    if (++parser_.depth_ > kDeepestExpression) {
      throw Fault{Errc::too_large, fmt::format("expressions nest deeper than {}", kDeepestExpression),
                  parser_.tokens_.line()};
    }
  }
  ~Nesting() { --parser_.depth_; }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;

 private:
  ExpressionParser& parser_;
};

/// A whole expression as it is; one that is part of another is checked with that.
Expr* ExpressionParser::checked(Expr* expr) const {
  if (depth_ == 0 && expr != nullptr && deeper_than(*expr, kDeepestTree)) {
    throw Fault{Errc::too_large, fmt::format("expressions nest deeper than {}", kDeepestTree), expr->line};
  }
  return expr;
}

Expr* ExpressionParser::without_condition() { return checked(logical_or()); }

Expr* ExpressionParser::expression() { return checked(conditional()); }

Expr* ExpressionParser::conditional() {
  const Nesting nesting(*this);
  auto line = tokens_.line();
  auto* value = logical_or();
  while (tokens_.skip_name("if")) {
    auto* condition = logical_or();
    auto* otherwise = tokens_.skip_name("else") ? conditional() : nullptr;
    value = make<ConditionExpr>(ExprKind::condition, line, condition, value, otherwise);
    line = tokens_.line();
  }
  return value;
}

Expr* ExpressionParser::logical_or() {
  auto* left = logical_and();
  for (auto line = tokens_.line(); tokens_.skip_name("or"); line = tokens_.line()) {
    left = make<BinaryExpr>(ExprKind::logical_or, line, left, logical_and());
  }
  return left;
}

Expr* ExpressionParser::logical_and() {
  auto* left = logical_not();
  for (auto line = tokens_.line(); tokens_.skip_name("and"); line = tokens_.line()) {
    left = make<BinaryExpr>(ExprKind::logical_and, line, left, logical_not());
  }
  return left;
}

Expr* ExpressionParser::logical_not() {
  const Nesting nesting(*this);
  const auto line = tokens_.line();
  if (!tokens_.skip_name("not")) return comparison();
  return make<UnaryExpr>(ExprKind::logical_not, line, logical_not());
}

Expr* ExpressionParser::comparison() {
  const auto line = tokens_.line();
  auto* first = sum();
  std::vector<Comparison> comparisons;
  std::vector<Expr*> operands;
  while (const auto comparison = take_comparison(tokens_)) {
    comparisons.push_back(*comparison);
    operands.push_back(sum());
  }
  if (operands.empty()) return first;
  return make<CompareExpr>(ExprKind::compare, line, first, heap_.copy(comparisons), keep(operands));
}

Expr* ExpressionParser::sum() {
  auto* left = concatenation();
  while (const auto* row = find_operator(tokens_, kSums)) {
    const auto line = tokens_.take().line;
    left = make<ArithmeticExpr>(ExprKind::arithmetic, line, row->operation, left, concatenation());
  }
  return left;
}

Expr* ExpressionParser::concatenation() {
  const auto line = tokens_.line();
  std::vector<Expr*> items{product()};
  while (tokens_.skip_operation("~")) items.push_back(product());
  return items.size() == 1 ? items.front() : make<ItemsExpr>(ExprKind::concat, line, keep(items));
}

Expr* ExpressionParser::product() {
  auto* left = power();
  while (const auto* row = find_operator(tokens_, kProducts)) {
    const auto line = tokens_.take().line;
    left = make<ArithmeticExpr>(ExprKind::arithmetic, line, row->operation, left, power());
  }
  return left;
}

Expr* ExpressionParser::power() {
  auto* left = unary(true);
  while (tokens_.at_operation("**")) {
    const auto line = tokens_.take().line;
    left = make<ArithmeticExpr>(ExprKind::arithmetic, line, Operation::power, left, unary(true));
  }
  return left;
}

Expr* ExpressionParser::unary(bool with_filters) {
  const Nesting nesting(*this);
  const auto line = tokens_.line();
  Expr* value = nullptr;
  if (tokens_.skip_operation("-")) {
    value = make<UnaryExpr>(ExprKind::negate, line, unary(false));
  } else if (tokens_.skip_operation("+")) {
    value = make<UnaryExpr>(ExprKind::plus, line, unary(false));
  } else {
    value = primary();
  }
  value = postfix(value);
  return with_filters ? filters_and_tests(value) : value;
}

Expr* ExpressionParser::tuple(const TupleRules& rules) {
  const auto line = tokens_.line();
  std::vector<Expr*> items;
  bool is_tuple = false;
  while (items.empty() || tokens_.skip_operation(",")) {
    if (tokens_.at_tuple_end(rules.end_names)) break;
    items.push_back(rules.condition ? expression() : without_condition());
    if (!tokens_.at_operation(",")) break;
    is_tuple = true;
  }
  if (!is_tuple && !items.empty()) return items.front();
  if (!is_tuple && !rules.parentheses) tokens_.fail("Expected an expression, got " + tokens_.describe());
  return make<ItemsExpr>(ExprKind::tuple, line, keep(items));
}

NameExpr* ExpressionParser::name_target() {
  const auto token = tokens_.expect(TokenKind::name, "a name");
  static constexpr std::array<std::string_view, 6> kReserved = {"true", "false", "none",
                                                                "True", "False", "None"};
  if (std::ranges::find(kReserved, token.text) != kReserved.end()) {
    tokens_.fail(fmt::format("can't assign to '{}'", token.text));
  }
  return make<NameExpr>(ExprKind::name, token.line, token.text);
}

Expr* ExpressionParser::target_part(Targets allowed) {
  const Nesting nesting(*this);
  if (tokens_.skip_operation("(")) {
    auto* inner = target(allowed, {});
    tokens_.expect_operation(")");
    return inner;
  }
  if (!tokens_.at(TokenKind::name)) tokens_.fail("can't assign to " + tokens_.describe());
  auto* name = name_target();
  if (allowed == Targets::names || !tokens_.skip_operation(".")) return name;
  const auto attribute = tokens_.expect(TokenKind::name, "a name");
  return make<NamespaceRefExpr>(ExprKind::namespace_ref, name->line, name->name, attribute.text);
}

Expr* ExpressionParser::target(Targets allowed, std::initializer_list<std::string_view> end_names) {
  const auto line = tokens_.line();
  std::vector<Expr*> items;
  bool is_tuple = false;
  while (items.empty() || tokens_.skip_operation(",")) {
    if (tokens_.at_tuple_end(end_names) || tokens_.at_operation("=")) break;
    items.push_back(target_part(allowed));
    if (!tokens_.at_operation(",")) break;
    is_tuple = true;
  }
  if (!is_tuple && !items.empty()) return items.front();
  if (items.empty()) tokens_.fail("Expected an expression, got " + tokens_.describe());
  return make<ItemsExpr>(ExprKind::tuple, line, keep(items));
}

CallExpr* ExpressionParser::call_only() {
  const auto line = tokens_.line();
  auto* value = expression();
  if (value->kind != ExprKind::call) throw Fault{Errc::invalid, "expected call", line};
  return static_cast<CallExpr*>(value);
}

}  // namespace dynamo::jinja
