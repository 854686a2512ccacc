#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "discovery/model_card.h"
#include "openai/request.h"

#include "parsers/parser.h"

namespace dynamo::frontend {

/// How the answer to a chat request is to be read: what the model's card names, and what the request asks
/// for. Tool calls are looked for when the request has tools and does not forbid calls; a card that names a
/// parser that does not exist leaves answers as they are. `prompt_end`: the last bytes of the prompt, which
/// may have opened reasoning; empty when only the engine knows it.
parsers::ParserOptions parser_options(const discovery::RuntimeConfig& config, const openai::Request& request,
                                      std::string_view prompt_end);

/// Rewrites the chunks of a chat answer whose engine gives plain text: reasoning, content and tool calls come
/// out as clients expect them. Each choice is read for itself. What an engine has parsed already passes
/// unchanged, and where it has told reasoning, the text does not begin with some. Threads: one.
class AnswerParser {
 public:
  /// Null when there is nothing to look for.
  static std::unique_ptr<AnswerParser> make(parsers::ParserOptions options);

  /// The chunks, as JSON, that stand in the place of the chunk `data`: none while its text is held back. An
  /// error of the engine comes behind all that was held back.
  std::vector<std::string> rewrite(std::string_view data);
  /// The engine's stream is over, complete or not: chunks with what is still held back, for choices that got
  /// no reason to end. Half a call that the client does not know of comes out as the model wrote it.
  std::vector<std::string> finish();

 private:
  explicit AnswerParser(parsers::ParserOptions options) : options_(std::move(options)) {}
  std::vector<json::object> rewrite_choice(const json::object& choice);
  struct Choice {
    parsers::Parser parser;
    bool begun = false;     // text was read
    bool reasoned = false;  // the engine told reasoning itself
    bool ended = false;
  };
  Choice& choice_at(std::int64_t index);
  parsers::Parser parser_of_rest() const;

  parsers::ParserOptions options_;
  json::object head_;                       // what all chunks have in common
  std::map<std::int64_t, Choice> choices_;  // a request bounds their number
};

}  // namespace dynamo::frontend
