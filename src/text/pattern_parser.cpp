#include "text/pattern_parser.h"

namespace dynamo::text::pattern {
namespace {

constexpr unsigned kMaxQuantifiers = 8;  // one behind the other, as in a{2}{3}

/// Appends a part; literals that meet become one, and a sequence becomes part of the one around it.
void append_part(std::vector<Node>& parts, Node part) {
  if (auto* inner = std::get_if<Sequence>(&part.is); inner != nullptr && !parts.empty()) {
    for (Node& each : inner->parts) append_part(parts, std::move(each));
    return;
  }
  auto* text = std::get_if<Literal>(&part.is);
  auto* before = parts.empty() ? nullptr : std::get_if<Literal>(&parts.back().is);
  if (text != nullptr && before != nullptr && before->letters == text->letters) {
    before->codes += text->codes;
    return;
  }
  parts.push_back(std::move(part));
}

/// Anchors and look-around, and alternatives with such a branch, cannot be repeated.
bool repeatable(const Node& node) {
  if (std::holds_alternative<Anchor>(node.is) || std::holds_alternative<Look>(node.is)) return false;
  const auto* alternatives = std::get_if<Alternatives>(&node.is);
  return alternatives == nullptr || std::ranges::all_of(alternatives->branches, repeatable);
}

bool begins_with_newline(const Node& node) {
  if (const auto* atomic = std::get_if<Atomic>(&node.is))
    return atomic->newline || begins_with_newline(*atomic->body);
  if (const auto* group = std::get_if<Group>(&node.is)) return begins_with_newline(*group->body);
  if (const auto* repeat = std::get_if<Repeat>(&node.is)) return begins_with_newline(*repeat->body);
  const auto* sequence = std::get_if<Sequence>(&node.is);
  return sequence != nullptr && begins_with_newline(sequence->parts.front());
}

bool ends_endlessly(const Node& node) {
  if (const auto* group = std::get_if<Group>(&node.is)) return ends_endlessly(*group->body);
  if (const auto* sequence = std::get_if<Sequence>(&node.is)) return ends_endlessly(sequence->parts.back());
  const auto* repeat = std::get_if<Repeat>(&node.is);
  return repeat != nullptr && repeat->most == kEndless;
}

// Oniguruma 6.9.8 takes \R for \r alone where it decides whether a loop goes on: behind one, or at its
// beginning.
constexpr std::string_view kNewlineInLoop = "\\R behind or at the beginning of an endless repetition is";

}  // namespace

Result<Node> Parser::parse() {
  auto whole = alternatives();
  if (whole && !source_.done()) return source_.invalid("a closing parenthesis without its opening one");
  return whole;
}

Node Parser::literal(char32_t code) const {
  return node(Literal{std::u32string(1, code), options_.ignore_case ? Case::ignored : Case::exact});
}

Result<Node> Parser::alternatives() {
  if (++depth_ > kMaxDepth) return source_.too_large("groups are nested too deeply");
  const Options outside = options_;
  Alternatives all;
  do {
    auto next = branch();
    if (!next) return next;
    all.branches.push_back(std::move(*next));
  } while (source_.take_if('|'));
  options_ = outside;
  --depth_;
  if (all.branches.size() == 1) return std::move(all.branches.front());
  return node(std::move(all));
}

bool Parser::at_branch_end() const {
  return source_.done() || source_.peek() == '|' || source_.peek() == ')';
}

Result<Node> Parser::branch() {
  Sequence sequence;
  for (skip_what_does_not_count(); !at_branch_end(); skip_what_does_not_count()) {
    auto part = quantified();
    if (!part) return part;
    const bool behind_loop = !sequence.parts.empty() && ends_endlessly(sequence.parts.back());
    if (behind_loop && begins_with_newline(*part)) return source_.unsupported(kNewlineInLoop);
    append_part(sequence.parts, std::move(*part));
  }
  if (sequence.parts.empty()) return node(Literal{});
  if (sequence.parts.size() == 1) return std::move(sequence.parts.front());
  return node(std::move(sequence));
}

Result<Node> Parser::quantified() {
  auto body = atom();
  for (unsigned quantifiers = 0; body; ++quantifiers) {
    skip_what_does_not_count();
    const std::size_t before = source_.position();
    auto repeated = quantify(std::move(*body));
    if (!repeated || source_.position() == before) return repeated;
    if (quantifiers == kMaxQuantifiers) return source_.too_large("too many quantifiers in a row");
    body = std::move(repeated);
  }
  return body;
}

Result<Node> Parser::quantify(Node body) {
  auto how = quantifier();
  if (!how) return std::unexpected(how.error());
  if (!*how) return body;
  if (!repeatable(body)) return source_.invalid("what is repeated takes no characters");
  const Quantifier& times = **how;
  if (times.most == kEndless && begins_with_newline(body)) return source_.unsupported(kNewlineInLoop);
  Node repeated = node(Repeat{boxed(std::move(body)), times.least, times.most, times.greedy});
  if (times.possessive) return node(Atomic{boxed(std::move(repeated))});
  return repeated;
}

Result<Node> Parser::atom() {
  switch (source_.peek()) {
    case '(':
      return group();
    case '[':
      return bracket();
    case '\\':
      return escape();
    case '*':
    case '+':
    case '?':
      return source_.invalid("nothing to repeat");
    case '.':
      source_.take();
      if (options_.dot_is_newline) return node(OneOf{CodeSet().inverted()});
      return node(OneOf{CodeSet('\n').inverted()});
    case '^':
      source_.take();
      return node(Anchor{Place::line_begin});
    case '$':
      source_.take();
      return node(Anchor{Place::line_end});
    default:
      break;
  }
  if (source_.peek() == kBroken) return source_.invalid("not UTF-8");
  const std::size_t before = source_.position();
  const auto stray = interval();
  if (!stray) return std::unexpected(stray.error());
  if (*stray) return source_.invalid("nothing to repeat");
  source_.go_back(before);
  return literal(source_.take());
}

/// Comments, and in extended patterns white space and what follows a # on its line.
void Parser::skip_what_does_not_count() {
  for (;;) {
    if (source_.take_if(U"(?#")) {
      while (!source_.done() && source_.peek() != ')') {
        if (source_.take() == '\\' && !source_.done()) source_.take();
      }
      if (!source_.done()) source_.take();
      continue;
    }
    if (!options_.extended) return;
    const char32_t next = source_.peek();
    const bool blank = next == ' ' || (next >= '\t' && next <= '\r' && next != '\v');
    if (blank) {
      source_.take();
    } else if (next == '#') {
      skip_line();
    } else {
      return;
    }
  }
}

void Parser::skip_line() {
  while (!source_.done() && source_.take() != '\n') continue;
}

}  // namespace dynamo::text::pattern
