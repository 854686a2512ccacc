#include <array>
#include <fmt/format.h>

#include "jinja/parser.h"
#include "jinja/runtime.h"
#include "jinja/scopes.h"

namespace dynamo::jinja {
namespace {

using Names = std::initializer_list<std::string_view>;

constexpr std::uint32_t kDeepestBlock = 100;

/// Tags of Jinja that are refused, and why.
struct RefusedTag {
  std::string_view name;
  std::string_view reason;
};
constexpr std::string_view kAlone = "a chat template stands alone, there are no others to load";
constexpr std::string_view kNothingToReplace = "no other template can extend a chat template";
constexpr std::array<RefusedTag, 6> kRefusedTags = {{{"extends", kAlone},
                                                     {"include", kAlone},
                                                     {"import", kAlone},
                                                     {"from", kAlone},
                                                     {"block", kNothingToReplace},
                                                     {"autoescape", "text is never escaped by itself"}}};

/// Statements and the text between them.
class StatementParser {
 public:
  StatementParser(TokenStream& tokens, Heap& heap)
      : tokens_(tokens), heap_(heap), expressions_(tokens, heap) {}

  /// Everything up to a block tag of one of `end_names`, whose name is the next token then; or to the end of
  /// the template, when there are none.
  Body body(Names end_names);

 private:
  template <class T, class... Fields>
  T* make(NodeKind kind, std::uint32_t line, Fields&&... fields) {
    if constexpr (std::is_same_v<T, Node>) {
      return heap_.make<Node>(kind, line);
    } else {
      return heap_.make<T>(Node{kind, line}, std::forward<Fields>(fields)...);
    }
  }

  Node* statement();
  Node* set();
  Node* loop();
  Node* conditional();
  Node* macro();
  Node* call_block();
  Node* filter_block();
  Node* with();
  Node* generation();
  Node* loop_control(NodeKind kind);
  void print(std::vector<Node*>& nodes);
  [[noreturn]] void unknown_tag(Names end_names) const;

  /// The rest of an opening tag, and the body behind it up to one of `end_names`.
  Body block_body(Names end_names);
  /// The same, and the closing tag's name taken as well.
  Body closed_body(std::string_view end_name);
  /// A body that is a function of its own, where break and continue do not reach the loops around it.
  Body function_body(std::string_view end_name);
  Signature signature();

  TokenStream& tokens_;
  Heap& heap_;
  ExpressionParser expressions_;
  std::vector<std::string_view> open_;  // names of the blocks that are open
  std::uint32_t loops_ = 0;             // that a break would reach
};

Body StatementParser::body(Names end_names) {
  std::vector<Node*> nodes;
  while (!tokens_.at(TokenKind::end)) {
    const auto token = tokens_.take();
    if (token.kind == TokenKind::data) {
      nodes.push_back(make<TextNode>(NodeKind::text, token.line, token.text));
    } else if (token.kind == TokenKind::variable_begin) {
      nodes.push_back(make<OutputNode>(NodeKind::output, token.line, expressions_.tuple({})));
      tokens_.expect(TokenKind::variable_end, "end of print statement");
    } else {
      if (tokens_.at_any_name(end_names)) return heap_.copy(nodes);
      if (tokens_.at_name("print")) {
        print(nodes);
      } else {
        nodes.push_back(statement());
      }
      tokens_.expect(TokenKind::block_end, "end of statement block");
    }
  }
  if (end_names.size() > 0) unknown_tag(end_names);
  return heap_.copy(nodes);
}

Node* StatementParser::statement() {
  using Method = Node* (StatementParser::*)();
  struct Row {
    std::string_view name;
    Method parse;
  };
  static constexpr std::array<Row, 8> kTags = {{{"set", &StatementParser::set},
                                                {"if", &StatementParser::conditional},
                                                {"for", &StatementParser::loop},
                                                {"macro", &StatementParser::macro},
                                                {"call", &StatementParser::call_block},
                                                {"filter", &StatementParser::filter_block},
                                                {"with", &StatementParser::with},
                                                {"generation", &StatementParser::generation}}};
  if (!tokens_.at(TokenKind::name)) tokens_.fail("tag name expected");
  const auto name = tokens_.current().text;
  if (const auto* tag = std::ranges::find(kRefusedTags, name, &RefusedTag::name); tag != kRefusedTags.end()) {
    throw Fault{Errc::unsupported, fmt::format("the tag '{}' is not supported: {}", name, tag->reason),
                tokens_.line()};
  }
  if (name == "break") return loop_control(NodeKind::break_loop);
  if (name == "continue") return loop_control(NodeKind::continue_loop);
  const auto* row = std::ranges::find(kTags, name, &Row::name);
  if (row == kTags.end()) unknown_tag({});
  if (open_.size() >= kDeepestBlock) {
    throw Fault{Errc::too_large, fmt::format("blocks nest deeper than {}", kDeepestBlock), tokens_.line()};
  }
  open_.push_back(name);
  auto* node = (this->*row->parse)();
  open_.pop_back();
  return node;
}

void StatementParser::unknown_tag(Names end_names) const {
  std::string message = tokens_.at(TokenKind::end)
                            ? std::string("Unexpected end of template.")
                            : fmt::format("Encountered unknown tag '{}'.", tokens_.current().text);
  if (end_names.size() > 0)
    message += fmt::format(" Jinja was looking for '{}'.", fmt::join(end_names, "' or '"));
  if (!open_.empty())
    message += fmt::format(" The innermost block that needs to be closed is '{}'.", open_.back());
  tokens_.fail(std::move(message));
}

Body StatementParser::block_body(Names end_names) {
  tokens_.skip_operation(":");
  tokens_.expect(TokenKind::block_end, "end of statement block");
  return body(end_names);
}

Body StatementParser::closed_body(std::string_view end_name) {
  auto inside = block_body({end_name});
  tokens_.take();
  return inside;
}

Body StatementParser::function_body(std::string_view end_name) {
  const auto outer_loops = std::exchange(loops_, 0);
  auto inside = closed_body(end_name);
  loops_ = outer_loops;
  return inside;
}

Node* StatementParser::set() {
  const auto line = tokens_.take().line;
  auto* target = expressions_.target(ExpressionParser::Targets::names_and_namespaces, {});
  if (tokens_.skip_operation("=")) return make<SetNode>(NodeKind::set, line, target, expressions_.tuple({}));
  auto* filter = expressions_.filters(nullptr, false);
  return make<SetBlockNode>(NodeKind::set_block, line, target, filter, closed_body("endset"));
}

Node* StatementParser::loop() {
  const auto line = tokens_.take().line;
  auto* target = expressions_.target(ExpressionParser::Targets::names, {"in"});
  tokens_.expect_name("in");
  auto* iterable = expressions_.tuple({.condition = false, .end_names = {"recursive"}});
  auto* test = tokens_.skip_name("if") ? expressions_.expression() : nullptr;
  const bool recursive = tokens_.skip_name("recursive");
  ++loops_;
  auto inside = block_body({"endfor", "else"});
  --loops_;
  const auto end = tokens_.take();
  const auto otherwise = end.text == "else" ? closed_body("endfor") : Body{};
  return make<LoopNode>(NodeKind::loop, line, target, iterable, test, recursive, inside, otherwise);
}

Node* StatementParser::conditional() {
  const auto line = tokens_.line();
  std::vector<Branch> branches;
  Body otherwise;
  do {
    tokens_.take();
    auto* test = expressions_.tuple({.condition = false});
    branches.push_back({test, block_body({"elif", "else", "endif"})});
  } while (tokens_.at_name("elif"));
  if (tokens_.take().text == "else") otherwise = closed_body("endif");
  return make<ConditionalNode>(NodeKind::conditional, line, heap_.copy(branches), otherwise);
}

Signature StatementParser::signature() {
  std::vector<NameExpr*> parameters;
  std::vector<Expr*> defaults;
  tokens_.expect_operation("(");
  while (!tokens_.at_operation(")")) {
    if (!parameters.empty()) tokens_.expect_operation(",");
    auto* parameter = expressions_.name_target();
    if (std::ranges::find(parameters, parameter->name, &NameExpr::name) != parameters.end()) {
      tokens_.fail(fmt::format("duplicate argument '{}' in the definition", parameter->name));
    }
    if (parameters.size() == kMostArguments) tokens_.too_many_arguments();
    parameters.push_back(parameter);
    if (tokens_.skip_operation("=")) {
      defaults.push_back(expressions_.expression());
    } else if (!defaults.empty()) {
      tokens_.fail("non-default argument follows default argument");
    }
  }
  tokens_.expect_operation(")");
  return {heap_.copy(parameters), heap_.copy(defaults)};
}

Node* StatementParser::macro() {
  const auto line = tokens_.take().line;
  Procedure procedure;
  procedure.name = expressions_.name_target()->name;
  procedure.signature = signature();
  procedure.body = function_body("endmacro");
  return make<MacroNode>(NodeKind::macro, line, procedure);
}

Node* StatementParser::call_block() {
  const auto line = tokens_.take().line;
  Procedure procedure;
  procedure.name = "caller";
  if (tokens_.at_operation("(")) procedure.signature = signature();
  auto* call = expressions_.call_only();
  procedure.body = function_body("endcall");
  return make<CallBlockNode>(NodeKind::call_block, line, call, procedure);
}

Node* StatementParser::filter_block() {
  const auto line = tokens_.take().line;
  auto* filter = expressions_.filters(nullptr, true);
  return make<FilterBlockNode>(NodeKind::filter_block, line, filter, closed_body("endfilter"));
}

Node* StatementParser::with() {
  const auto line = tokens_.take().line;
  std::vector<Expr*> targets;
  std::vector<Expr*> values;
  while (!tokens_.at(TokenKind::block_end)) {
    if (!targets.empty()) tokens_.expect_operation(",");
    targets.push_back(expressions_.target(ExpressionParser::Targets::names, {}));
    tokens_.expect_operation("=");
    values.push_back(expressions_.expression());
  }
  return make<WithNode>(NodeKind::with, line, heap_.copy(targets), heap_.copy(values),
                        closed_body("endwith"));
}

Node* StatementParser::generation() {
  const auto line = tokens_.take().line;
  Procedure procedure;
  procedure.name = "caller";
  procedure.body = function_body("endgeneration");
  return make<GenerationNode>(NodeKind::generation, line, procedure);
}

Node* StatementParser::loop_control(NodeKind kind) {
  const auto token = tokens_.take();
  if (loops_ == 0) throw Fault{Errc::invalid, fmt::format("'{}' outside loop", token.text), token.line};
  return make<Node>(kind, token.line);
}

void StatementParser::print(std::vector<Node*>& nodes) {
  const auto line = tokens_.take().line;
  for (bool first = true; !tokens_.at(TokenKind::block_end); first = false) {
    if (!first) tokens_.expect_operation(",");
    nodes.push_back(make<OutputNode>(NodeKind::output, line, expressions_.expression()));
  }
}

/// With '\n' at the end of every line, and without the one at the end of the text.
std::string normalize_newlines(std::string_view source) {
  std::string out;
  out.reserve(source.size());
  for (std::size_t at = 0; at < source.size(); ++at) {
    if (source[at] != '\r') {
      out += source[at];
    } else {
      out += '\n';
      if (at + 1 < source.size() && source[at + 1] == '\n') ++at;
    }
  }
  if (out.ends_with('\n')) out.pop_back();
  return out;
}

}  // namespace

void parse_program(std::string_view source, Program& program) {
  const auto text = program.heap.copy(normalize_newlines(source));
  TokenStream tokens(tokenize(text, program.heap));
  program.body = StatementParser(tokens, program.heap).body({});
  analyze_scopes(program);
}

}  // namespace dynamo::jinja
