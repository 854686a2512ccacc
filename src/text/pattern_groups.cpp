#include "text/pattern_parser.h"

// Everything that begins with a parenthesis.

namespace dynamo::text::pattern {
namespace {

struct RefusedGroup {
  char32_t kind;  // behind "(?"
  std::string_view feature;
};

constexpr RefusedGroup kRefusedGroups[] = {
    {'~', "absent groups (?~…) are"},
    {'(', "conditions (?(…)…) are"},
    {'{', "callouts (?{…}) are"},
    {'&', "calls of groups (?&name) are"},
    {'R', "calls of groups (?R) are"},
    {'+', "calls of groups (?+1) are"},
    {'@', "histories of captures (?@…) are"},
    {'y', "the option y is"},
    {'I', "the option I is"},
    {'L', "the option L is"},
    {'C', "the option C is"},
};

bool is_digit(char32_t code) { return code >= '0' && code <= '9'; }

}  // namespace

std::unexpected<Error> Parser::refused_group(char32_t kind) const {
  for (const auto& [refused, feature] : kRefusedGroups) {
    if (kind == refused) return source_.unsupported(feature);
  }
  if (is_digit(kind)) return source_.unsupported("calls of groups (?1) are");
  return source_.invalid("a group of no known kind");
}

Result<Node> Parser::group() {
  source_.take();  // (
  if (source_.take_if('?')) return special_group();
  if (source_.peek() == '*') return source_.unsupported("callouts (*name) are");
  auto body = group_body();
  if (!body) return body;
  return node(Group{boxed(std::move(*body))});
}

/// The rest of a group behind what says its kind, with the closing parenthesis.
Result<Node> Parser::group_body() {
  auto body = alternatives();
  if (body && !source_.take_if(')')) return source_.invalid("a group without its closing parenthesis");
  return body;
}

Result<Node> Parser::special_group() {
  if (source_.take_if(':')) return group_body();
  if (source_.take_if('=')) return look(Direction::ahead, false);
  if (source_.take_if('!')) return look(Direction::ahead, true);
  if (source_.take_if('<')) return angle_group();
  if (source_.take_if('\'')) return named_group('\'');
  if (source_.take_if('>')) {
    auto body = group_body();
    if (!body) return body;
    return node(Atomic{boxed(std::move(*body))});
  }
  return option_group();
}

Result<Node> Parser::angle_group() {
  if (source_.take_if('=')) return look(Direction::behind, false);
  if (source_.take_if('!')) return look(Direction::behind, true);
  return named_group('>');
}

Result<Node> Parser::look(Direction direction, bool negative) {
  if (in_look_behind_ && direction == Direction::ahead)
    return source_.invalid("look-ahead within look-behind");
  const bool outside = std::exchange(in_look_behind_, in_look_behind_ || direction == Direction::behind);
  auto body = group_body();
  in_look_behind_ = outside;
  if (!body) return body;
  return node(Look{boxed(std::move(*body)), direction, negative});
}

Result<Node> Parser::named_group(char32_t end) {
  const auto name = source_.take_until(end);
  const bool usable = name && !name->empty() && !is_digit(name->front()) && name->find(')') == name->npos;
  if (!usable) return source_.invalid("a group without a proper name");
  auto body = group_body();
  if (!body) return body;
  return node(Group{boxed(std::move(*body))});
}

/// (?i:…), or (?i), which counts up to the end of the group that it is in, over its alternatives, too.
Result<Node> Parser::option_group() {
  auto changed = options();
  if (!changed) return std::unexpected(changed.error());
  const Options outside = std::exchange(options_, *changed);
  const bool isolated = source_.take_if(')');
  if (!isolated) source_.take();  // :
  auto body = isolated ? alternatives() : group_body();
  options_ = outside;
  if (!body) return body;
  return node(Group{boxed(std::move(*body))});
}

/// The options in force after switching those named, up to the `:` or `)` that follows.
Result<Options> Parser::options() {
  Options changed = options_;
  bool on = true;
  for (;; source_.take()) {
    switch (source_.peek()) {
      case ':':
      case ')':
        return changed;
      case '-':
        on = false;
        break;
      case 'i':
        changed.ignore_case = on;
        break;
      case 'm':
        changed.dot_is_newline = on;
        break;
      case 'x':
        changed.extended = on;
        break;
      case 'W':
        changed.ascii_words = on;
        break;
      case 'D':
        changed.ascii_digits = on;
        break;
      case 'S':
        changed.ascii_spaces = on;
        break;
      case 'P':
        changed.ascii_posix = on;
        break;
      default:
        return refused_group(source_.peek());
    }
  }
}

}  // namespace dynamo::text::pattern
