#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

#include "parsers/delta.h"
#include "parsers/stage.h"
#include "parsers/utf8_gate.h"
#include "parsers/writer.h"

namespace dynamo::parsers {

/// What an answer must be read for.
struct ParserOptions {
  std::string reasoning_parser{};  // name of a format; empty: reasoning is not split from the rest
  std::string tool_parser{};       // likewise for tool calls
  std::string forced_tool{};       // the request names one function: the answer may be just its arguments
  bool calls_required = false;     // the request asks for a call: the answer may be JSON without any marker
  std::optional<bool> begins_with_reasoning{};  // what the prompt ends with; absent: as the format has it
  Writer::Settings writer{};  // tools, source of random numbers for ids, when arguments are told
};

/// Reads what a model writes, piece by piece, and gives what OpenAI clients are told: reasoning, content,
/// tool calls. Markers of a format are never told when they were recognised; what breaks its format comes out
/// as content, as it was written. The deltas add up to the same for every way of cutting the text. Time is
/// linear in the text; memory is bounded by `writer.max_held_bytes`. Threads: one.
class Parser {
 public:
  /// Errors: invalid, naming the formats there are.
  static Result<Parser> make(ParserOptions options);

  /// Takes the next piece of the answer; it may end inside a character.
  std::vector<Delta> feed(std::string_view piece);
  /// The answer is over: gives what was held back. Nothing may follow.
  std::vector<Delta> finish();

  /// The reason to tell the client, given the engine's: an answer that stopped by itself behind complete
  /// calls ended for them, unless the request named the function, for then OpenAI says `stop`.
  std::string_view finish_reason(std::string_view engine_reason) const;
  std::size_t complete_calls() const { return out_.complete_calls(); }
  /// Calls that were told and then broke off: their arguments are the beginning of a JSON object.
  std::size_t broken_calls() const { return out_.broken_calls(); }

 private:
  Parser(Writer out, std::unique_ptr<Stage> first, bool call_is_forced)
      : out_(std::move(out)), first_(std::move(first)), call_is_forced_(call_is_forced) {}
  Utf8Gate gate_;
  Writer out_;
  std::unique_ptr<Stage> first_;
  bool call_is_forced_;
};

}  // namespace dynamo::parsers
