#include <charconv>

#include "cli/commands.h"
#include "cli/token_input.h"
#include "frontend/prompt_tokens.h"
#include "openai/json_text.h"

#include "tokens/detokenizer.h"

namespace dynamo::cli {
namespace {

struct DetokenizeFlags {
  std::string model;
  TokenInput input;
  bool json = false;
  bool jsonl = false;
  tokens::DetokenizeOptions options{.skip_special_tokens = false};
};

constexpr const char* kDetails =
    R"(Ids are numbers, parted by spaces, commas or line ends, with or without brackets. Text is written as soon
as it is certain: a character once its last byte is there, what may begin a stop string once it is known
not to.
--json prints the text as a JSON string. --jsonl reads JSON Lines and answers each with one: a list of ids
with its text as a string, a string with its list of ids.

  dynamo detokenize --model ./Qwen3-0.6B 9707 11 1879
  dynamo detokenize --model model.gguf --jsonl < ids.jsonl

Exit codes: 0 done, 1 failed (a file, a model that cannot be read), 2 wrong usage or input.)";

void declare(FlagSet& set, DetokenizeFlags& flags) {
  set.text("-m,--model", flags.model, "Model directory, tokenizer.json, *.gguf or tiktoken file",
           {.required = true, .value_name = "DIR|FILE"});
  set.positional("id", flags.input.arguments, "Token ids", {.value_name = "ID"});
  set.list("-f,--filename", flags.input.files, "File to read, - for standard input; repeatable",
           {.value_name = "FILE"});
  set.flag("--json", flags.json, "Print a JSON string");
  set.flag("--jsonl", flags.jsonl, "Read and write JSON Lines");
  set.flag("--skip-special-tokens", flags.options.skip_special_tokens, "Leave out special tokens");
  set.list("--stop", flags.options.stop, "End the text before this one; repeatable", {.value_name = "TEXT"});
  set.flag("--include-stop", flags.options.include_stop_str_in_output, "End it behind that text instead");
}

bool parts_ids(char c) { return std::string_view(" \t\r\n,[]").find(c) != std::string_view::npos; }

/// The numbers in `text`. Errors: invalid.
Result<std::vector<tokens::TokenId>> read_ids(std::string_view text) {
  std::vector<tokens::TokenId> out;
  for (std::size_t at = 0; at < text.size();) {
    if (parts_ids(text[at])) {
      ++at;
      continue;
    }
    tokens::TokenId id = 0;
    const char* begin = text.data() + at;
    const auto [end, error] = std::from_chars(begin, text.data() + text.size(), id);
    const bool whole = error == std::errc{} && (end == text.data() + text.size() || parts_ids(*end));
    if (!whole) {
      const auto word = text.substr(at, text.find_first_of(" \t\r\n,[]", at) - at);
      return fail(Errc::invalid, fmt::format("\"{}\" is not a token id", word.substr(0, 40)));
    }
    out.push_back(id);
    at += static_cast<std::size_t>(end - begin);
  }
  return out;
}

/// Prints the text of all ids, piece by piece; as a JSON string when `as_json` is set.
class Writer {
 public:
  Writer(const tokens::Tokenizer& tokenizer, tokens::Detokenizer& detokenizer, bool as_json)
      : tokenizer_(tokenizer), detokenizer_(detokenizer), as_json_(as_json) {}

  Result<std::string> take(std::string_view line) {
    const auto ids = read_ids(line);
    if (!ids) return std::unexpected(ids.error());
    if (auto known = frontend::check_ids(tokenizer_, *ids); !known) return std::unexpected(known.error());
    if (auto printed = print(detokenizer_.feed(*ids)); !printed)
      return std::unexpected(std::move(printed.error()));
    return std::string{};
  }
  /// Ends the line of text that an error breaks off.
  void give_up() {
    if (begun_) (void)print_out("\n");
    (void)flush_out();
  }
  Result<void> finish() {
    if (auto printed = print(detokenizer_.finish()); !printed) return printed;
    if (auto printed = print_out(as_json_ ? openai::json_string(whole_) + "\n" : "\n"); !printed)
      return printed;
    return flush_out();
  }

 private:
  Result<void> print(std::string_view text) {
    if (as_json_) {
      whole_ += text;
      return {};
    }
    begun_ = begun_ || !text.empty();
    return print_out(text);
  }
  const tokens::Tokenizer& tokenizer_;
  tokens::Detokenizer& detokenizer_;
  bool as_json_;
  bool begun_ = false;  // a line of text
  std::string whole_;
};

Result<void> convert(const std::shared_ptr<const tokens::Tokenizer>& tokenizer,
                     const DetokenizeFlags& flags) {
  if (flags.jsonl) {
    JsonLineConverter lines(flags.model, tokenizer,
                            {.skip_special_tokens = flags.options.skip_special_tokens});
    return each_line(flags.input, [&](std::string_view line) { return lines.convert(line); });
  }
  tokens::Detokenizer detokenizer(tokenizer, flags.options);
  Writer writer(*tokenizer, detokenizer, flags.json);
  auto done = each_line(flags.input, [&](std::string_view line) { return writer.take(line); });
  if (done) return writer.finish();
  writer.give_up();
  return done;
}

Result<int> detokenize(const DetokenizeFlags& flags) {
  if (flags.json && flags.jsonl) return fail(Errc::invalid, "--json and --jsonl exclude each other");
  if (flags.jsonl && !flags.options.stop.empty())
    return fail(Errc::invalid, "--stop does not go with --jsonl");
  if (auto checked = check_input(flags.input); !checked) return std::unexpected(std::move(checked.error()));
  const auto tokenizer = load_tokenizer("detokenize", flags.model);
  if (!tokenizer) return std::unexpected(tokenizer.error());
  if (auto done = convert(*tokenizer, flags); !done) return std::unexpected(std::move(done.error()));
  return 0;
}

}  // namespace

Command detokenize_command() {
  const auto flags = std::make_shared<DetokenizeFlags>();
  return {.name = "detokenize",
          .help = "Show the text that token ids stand for",
          .details = kDetails,
          .declare = [flags](FlagSet& set) { declare(set, *flags); },
          .run = [flags] { return detokenize(*flags); },
          .group = "Tokens"};
}

}  // namespace dynamo::cli
