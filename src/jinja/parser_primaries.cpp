#include <charconv>
#include <fmt/format.h>

#include "jinja/builtins.h"
#include "jinja/numbers.h"
#include "jinja/parser.h"
#include "jinja/runtime.h"

namespace dynamo::jinja {
namespace {

std::string without_underscores(std::string_view digits) {
  std::string out(digits);
  std::erase(out, '_');
  return out;
}

}  // namespace

Expr* ExpressionParser::primary() {
  if (tokens_.at(TokenKind::name)) return word();
  if (tokens_.at(TokenKind::string)) return string();
  if (tokens_.at(TokenKind::integer)) return integer();
  if (tokens_.at(TokenKind::real)) return real();
  if (tokens_.at_operation("[")) return list();
  if (tokens_.at_operation("{")) return dict();
  if (!tokens_.skip_operation("(")) tokens_.fail("unexpected " + tokens_.describe());
  auto* inside = tuple({.parentheses = true});
  tokens_.expect_operation(")");
  return inside;
}

Expr* ExpressionParser::word() {
  const auto [kind, line, name] = tokens_.take();
  const auto constant = [&](Value value) { return make<ConstantExpr>(ExprKind::constant, line, value); };
  if (name == "true" || name == "True") return constant(Value::boolean(true));
  if (name == "false" || name == "False") return constant(Value::boolean(false));
  if (name == "none" || name == "None") return constant(Value::none());
  return make<NameExpr>(ExprKind::name, line, name);
}

Expr* ExpressionParser::string() {
  const auto first = tokens_.take();
  auto text = first.text;
  if (tokens_.at(TokenKind::string)) {
    std::string joined(text);
    while (tokens_.at(TokenKind::string)) joined += tokens_.take().text;
    text = heap_.copy(joined);
  }
  return make<ConstantExpr>(ExprKind::constant, first.line, Value::text(text));
}

Expr* ExpressionParser::integer() {
  const auto token = tokens_.take();
  const int prefix = prefix_base(token.text);
  const int base = prefix == 0 ? 10 : prefix;
  const auto digits = without_underscores(base == 10 ? token.text : token.text.substr(2));
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (error != std::errc{}) {
    throw Fault{Errc::unsupported, fmt::format("the integer {} does not fit in 64 bits", token.text),
                token.line};
  }
  return make<ConstantExpr>(ExprKind::constant, token.line, Value::integer(value));
}

Expr* ExpressionParser::real() {
  const auto token = tokens_.take();
  const auto value =
      std::strtod(without_underscores(token.text).c_str(), nullptr);  // infinity when too large
  return make<ConstantExpr>(ExprKind::constant, token.line, Value::real(value));
}

Expr* ExpressionParser::list() {
  const auto line = tokens_.take().line;
  std::vector<Expr*> items;
  while (!tokens_.at_operation("]")) {
    if (!items.empty()) tokens_.expect_operation(",");
    if (tokens_.at_operation("]")) break;
    items.push_back(expression());
  }
  tokens_.expect_operation("]");
  return make<ItemsExpr>(ExprKind::list, line, keep(items));
}

Expr* ExpressionParser::dict() {
  const auto line = tokens_.take().line;
  std::vector<Expr*> keys;
  std::vector<Expr*> values;
  while (!tokens_.at_operation("}")) {
    if (!keys.empty()) tokens_.expect_operation(",");
    if (tokens_.at_operation("}")) break;
    keys.push_back(expression());
    tokens_.expect_operation(":");
    values.push_back(expression());
  }
  tokens_.expect_operation("}");
  return make<DictExpr>(ExprKind::dict, line, keep(keys), keep(values));
}

Expr* ExpressionParser::postfix(Expr* operand) {
  for (;;) {
    if (tokens_.at_operation(".") || tokens_.at_operation("[")) {
      operand = subscript(operand);
    } else if (tokens_.at_operation("(")) {
      operand = call(operand);
    } else {
      return operand;
    }
  }
}

Expr* ExpressionParser::filters_and_tests(Expr* operand) {
  for (;;) {
    if (tokens_.at_operation("|")) {
      operand = filters(operand, false);
    } else if (tokens_.at_name("is")) {
      operand = test(operand);
    } else if (tokens_.at_operation("(")) {
      operand = call(operand);
    } else {
      return operand;
    }
  }
}

Expr* ExpressionParser::subscript(Expr* operand) {
  const auto opening = tokens_.take();
  if (opening.text == ".") return member(operand, opening.line);
  if (tokens_.at_operation("]")) {  // Python's empty tuple, which no object has an element for
    tokens_.take();
    return make<ItemExpr>(ExprKind::item, opening.line, operand,
                          make<ItemsExpr>(ExprKind::tuple, opening.line, Exprs{}));
  }
  Expr* index = tokens_.at_operation(":") ? nullptr : expression();
  if (tokens_.at_operation(":")) return slice(operand, index, opening.line);
  std::vector<Expr*> items{index};
  while (tokens_.skip_operation(",")) items.push_back(expression());
  if (items.size() > 1) index = make<ItemsExpr>(ExprKind::tuple, opening.line, keep(items));
  tokens_.expect_operation("]");
  return make<ItemExpr>(ExprKind::item, opening.line, operand, index);
}

Expr* ExpressionParser::member(Expr* operand, std::uint32_t line) {
  if (tokens_.at(TokenKind::integer)) return make<ItemExpr>(ExprKind::item, line, operand, integer());
  const auto name = tokens_.expect(TokenKind::name, "name or number");
  return make<AttributeExpr>(ExprKind::attribute, line, operand, name.text);
}

Expr* ExpressionParser::slice_bound() {
  return tokens_.at_operation(":") || tokens_.at_operation("]") ? nullptr : expression();
}

Expr* ExpressionParser::slice(Expr* operand, Expr* start, std::uint32_t line) {
  tokens_.expect_operation(":");
  auto* stop = slice_bound();
  auto* step = tokens_.skip_operation(":") ? slice_bound() : nullptr;
  if (tokens_.at_operation(",")) throw Fault{Errc::unsupported, "slices in tuples are not supported", line};
  tokens_.expect_operation("]");
  return make<SliceExpr>(ExprKind::slice, line, operand, start, stop, step);
}

std::string_view ExpressionParser::dotted_name() {
  auto name = tokens_.expect(TokenKind::name, "a name").text;
  while (tokens_.skip_operation(".")) {
    name = heap_.copy(fmt::format("{}.{}", name, tokens_.expect(TokenKind::name, "a name").text));
  }
  return name;
}

Expr* ExpressionParser::filters(Expr* operand, bool inline_first) {
  while (inline_first || tokens_.skip_operation("|")) {
    inline_first = false;
    const auto line = tokens_.line();
    const auto name = dotted_name();
    const auto given = tokens_.at_operation("(") ? arguments() : ArgumentExprs{};
    operand = make<FilterExpr>(ExprKind::filter, line, operand, name, find_filter(name), given);
  }
  return checked(operand);
}

Expr* ExpressionParser::test(Expr* operand) {
  const auto line = tokens_.take().line;
  const bool negated = tokens_.skip_name("not");
  const auto name = dotted_name();
  ArgumentExprs given;
  const bool value_follows = tokens_.at(TokenKind::name) || tokens_.at(TokenKind::string) ||
                             tokens_.at(TokenKind::integer) || tokens_.at(TokenKind::real) ||
                             tokens_.at_operation("[") || tokens_.at_operation("{");
  if (tokens_.at_operation("(")) {
    given = arguments();
  } else if (value_follows && !tokens_.at_any_name({"else", "or", "and"})) {
    if (tokens_.at_name("is")) tokens_.fail("You cannot chain multiple tests with is");
    given.positional = keep({postfix(primary())});
  }
  Expr* result = make<FilterExpr>(ExprKind::test, line, operand, name, find_test(name), given);
  return negated ? make<UnaryExpr>(ExprKind::logical_not, line, result) : result;
}

Expr* ExpressionParser::call(Expr* callee) {
  const auto line = tokens_.line();
  return make<CallExpr>(ExprKind::call, line, callee, arguments());
}

ArgumentExprs ExpressionParser::arguments() {
  const auto line = tokens_.line();
  const auto ensure = [&](bool valid) {
    if (!valid) throw Fault{Errc::invalid, "invalid syntax for function call expression", line};
  };
  tokens_.expect_operation("(");
  ArgumentExprs given;
  std::vector<Expr*> positional;
  std::vector<KeywordExpr> keywords;
  for (bool first = true; !tokens_.at_operation(")"); first = false) {
    if (!first) tokens_.expect_operation(",");
    if (!first && tokens_.at_operation(")")) break;
    if (positional.size() + keywords.size() == kMostArguments) tokens_.too_many_arguments();
    const auto& after = tokens_.following();
    if (tokens_.skip_operation("*")) {
      ensure(given.more == nullptr && given.more_keywords == nullptr);
      given.more = expression();
    } else if (tokens_.skip_operation("**")) {
      ensure(given.more_keywords == nullptr);
      given.more_keywords = expression();
    } else if (tokens_.at(TokenKind::name) && after.kind == TokenKind::operation && after.text == "=") {
      ensure(given.more_keywords == nullptr);
      const auto name = tokens_.take().text;
      tokens_.take();
      ensure(std::ranges::find(keywords, name, &KeywordExpr::name) == keywords.end());
      keywords.push_back({name, expression()});
    } else {
      ensure(given.more == nullptr && given.more_keywords == nullptr && keywords.empty());
      positional.push_back(expression());
    }
  }
  tokens_.expect_operation(")");
  given.positional = keep(positional);
  given.keywords = heap_.copy(keywords);
  return given;
}

}  // namespace dynamo::jinja
