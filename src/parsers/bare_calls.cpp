#include "parsers/bare_calls.h"

namespace dynamo::parsers {
namespace {

/// Whether `text` begins with these words of JSON, white space between them aside. White space beyond
/// kMaxWhite is none that anybody waits for.
Match begins_with_words(std::string_view text, std::initializer_list<std::string_view> words, bool closed) {
  for (const std::string_view word : words) {
    const std::size_t white = leading_white(text);
    if (white > kMaxWhite) return Match::no;
    text.remove_prefix(white);
    const Match match = begins_with(text, word, closed);
    if (match != Match::yes) return match;
    text.remove_prefix(word.size());
  }
  return Match::yes;
}

}  // namespace

BareCallsStage::BareCallsStage(std::string forced_tool, std::unique_ptr<Stage> calls,
                               std::unique_ptr<Stage> format)
    : forced_tool_(std::move(forced_tool)), calls_(std::move(calls)), rest_(std::move(format)) {}

bool BareCallsStage::step(Writer& out) {
  if (input_.empty()) return false;
  switch (state_) {
    case State::beginning:
      return step_beginning();
    case State::arguments:
      return step_arguments(out);
    case State::rest:
      rest_->feed(input_.take(input_.rest().size()), out);
      return false;
  }
  return false;
}

bool BareCallsStage::step_beginning() {
  const auto begins = [this](std::initializer_list<std::string_view> words) {
    return begins_with_words(input_.rest(), words, input_.closed());
  };
  const Match object = begins({"{"});
  const Match list = begins({"[", "{"});
  const std::string tool = quoted(forced_tool_);
  const bool any = forced_tool_.empty();
  const Match named = any ? object : begins({"{", "\"name\"", ":", tool});
  const Match typed =
      any ? object : begins({"{", "\"type\"", ":", "\"function\"", ",", "\"name\"", ":", tool});
  const auto matches = {list, object, named, typed};
  if (std::ranges::find(matches, Match::maybe) != matches.end()) return false;
  state_ = State::rest;
  if (list == Match::yes || named == Match::yes || typed == Match::yes) {
    rest_ = std::move(calls_);
  } else if (object == Match::yes) {
    arguments_.expect(forced_tool_);
    state_ = State::arguments;
  }
  return true;
}

bool BareCallsStage::step_arguments(Writer& out) {
  const Progress progress = arguments_.read(input_, held_, out);
  if (progress == Progress::more) return false;
  if (progress == Progress::bad) rest_->feed(held_.release(out), out);
  state_ = State::rest;
  return true;
}

void BareCallsStage::end(Writer& out) {
  if (state_ == State::arguments) rest_->feed(held_.release(out), out);
  rest_->feed(input_.take(input_.rest().size()), out);
  rest_->finish(out);
}

}  // namespace dynamo::parsers
