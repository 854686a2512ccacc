#include "text/pattern_parser.h"

// How often something is repeated.

namespace dynamo::text::pattern {
namespace {

constexpr std::uint32_t kMostRepeats = 100'000;

}  // namespace

Result<std::optional<Parser::Quantifier>> Parser::quantifier() {
  Quantifier how{0, kEndless, true, false};
  switch (source_.peek()) {
    case '*':
      break;
    case '+':
      how.least = 1;
      break;
    case '?':
      how.most = 1;
      break;
    case '{':
      return interval();
    default:
      return std::nullopt;
  }
  source_.take();
  if (source_.take_if('?')) {
    how.greedy = false;
  } else {
    how.possessive = source_.take_if('+');
  }
  return how;
}

/// {2}, {2,}, {,3} or {2,3}; {3,2} is the possessive {2,3}. A brace that begins none of these is a character.
Result<std::optional<Parser::Quantifier>> Parser::interval() {
  const std::size_t before = source_.position();
  const auto none = [&]() -> std::optional<Quantifier> {
    source_.go_back(before);
    return std::nullopt;
  };
  if (!source_.take_if('{')) return none();
  const auto least = count();
  if (!least) return std::unexpected(least.error());
  const bool exact = !source_.take_if(',');
  const auto most = exact ? least : count();
  if (!most) return std::unexpected(most.error());
  if ((!*least && (exact || !*most)) || !source_.take_if('}')) return none();
  Quantifier how{least->value_or(0), most->value_or(kEndless), true, false};
  if (how.least > how.most) {
    std::swap(how.least, how.most);
    how.possessive = true;
  } else if (!exact) {
    how.greedy = !source_.take_if('?');
  }
  return how;
}

Result<std::optional<std::uint32_t>> Parser::count() {
  std::optional<std::uint32_t> number;
  while (source_.peek() >= '0' && source_.peek() <= '9') {
    number = number.value_or(0) * 10 + (source_.take() - '0');
    if (*number > kMostRepeats) return source_.invalid("more than 100000 repetitions");
  }
  return number;
}

}  // namespace dynamo::text::pattern
