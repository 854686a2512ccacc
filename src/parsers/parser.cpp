#include "parsers/parser.h"

#include <fmt/format.h>

#include "parsers/formats.h"

namespace dynamo::parsers {

Result<Parser> Parser::make(ParserOptions options) {
  auto reasoning = find_reasoning_format(options.reasoning_parser);
  if (!reasoning) return std::unexpected(std::move(reasoning.error()));
  auto tool = find_tool_format(options.tool_parser);
  if (!tool) return std::unexpected(std::move(tool.error()));
  if (!options.forced_tool.empty() && !options.writer.tools.allow(options.forced_tool)) {
    return fail(Errc::invalid,
                fmt::format("the forced tool \"{}\" is not one of the tools", options.forced_tool));
  }
  const IdShape ids = *tool == nullptr ? IdShape::openai : (*tool)->ids;
  auto stages = make_stages(*reasoning, *tool, options);
  return Parser(Writer(std::move(options.writer), ids), std::move(stages), !options.forced_tool.empty());
}

std::vector<Delta> Parser::feed(std::string_view piece) {
  first_->feed(gate_.pass(piece), out_);
  return out_.take();
}

std::vector<Delta> Parser::finish() {
  first_->feed(gate_.close(), out_);
  first_->finish(out_);
  out_.finish();
  return out_.take();
}

std::string_view Parser::finish_reason(std::string_view engine_reason) const {
  const bool for_calls =
      engine_reason == "stop" && complete_calls() > 0 && broken_calls() == 0 && !call_is_forced_;
  return for_calls ? "tool_calls" : engine_reason;
}

}  // namespace dynamo::parsers
