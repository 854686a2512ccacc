#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "cli/line_reader.h"

#include "chat/chat_template.h"
#include "tokens/tokenizer.h"

/// What the commands that look at tokens have in common.
namespace dynamo::cli {

/// Where texts or ids come from: arguments, files, or standard input when there is neither.
struct TokenInput {
  std::vector<std::string> arguments;
  std::vector<std::string> files;
};

/// An error of something else than the command line: exit code 1, whatever its kind.
Error not_usage(Error error);

/// Loads the tokenizer of a model directory or file; what it leaves out is said on standard error. Errors:
/// those of tokens::Tokenizer::load, none of them wrong usage.
Result<std::shared_ptr<const tokens::Tokenizer>> load_tokenizer(const std::string& command,
                                                                const std::string& model);

/// Errors: invalid, when there are both arguments and files.
Result<void> check_input(const TokenInput& input);

/// The names to read from: `files`, or "-" when there is no argument either.
std::vector<std::string> files_of(const TokenInput& input);

/// Hands every line of the inputs to `take` and prints what it gives, followed by a line's end unless it is
/// empty. Output never waits for input that has yet to come. Errors: those of `take`, with the line; io.
Result<void> each_line(const TokenInput& input,
                       const std::function<Result<std::string>(std::string_view)>& take);

/// Writes to standard output. Errors: io.
Result<void> print_out(std::string_view text);
Result<void> flush_out();

struct JsonLineOptions {
  bool add_special_tokens = true;  // to strings; prompts have theirs from the template
  bool skip_special_tokens = false;
  bool offsets = false;  // objects with tokens and offsets instead of lists of ids
};

/// Answers lines of JSON Lines: a string with the ids of its tokens, an object of template arguments with
/// `messages` with those of its prompt, a list of ids with the text they stand for.
class JsonLineConverter {
 public:
  JsonLineConverter(std::string model, std::shared_ptr<const tokens::Tokenizer> tokenizer,
                    JsonLineOptions options)
      : model_(std::move(model)), tokenizer_(std::move(tokenizer)), options_(options) {}

  /// Errors: invalid; those of the model's chat template, which is loaded once a line needs it.
  Result<std::string> convert(std::string_view line);

 private:
  Result<std::string> encode(std::string_view text, bool add_special_tokens) const;
  Result<std::string> decode(const json::value& list) const;
  Result<std::string> prompt(json::object arguments);

  std::string model_;
  std::shared_ptr<const tokens::Tokenizer> tokenizer_;
  JsonLineOptions options_;
  std::shared_ptr<const chat::ChatTemplates> templates_;
};

}  // namespace dynamo::cli
