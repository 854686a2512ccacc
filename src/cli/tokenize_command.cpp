#include "cli/commands.h"
#include "cli/files.h"
#include "cli/printing.h"
#include "cli/token_input.h"
#include "cli/token_output.h"

namespace dynamo::cli {
namespace {

struct TokenizeFlags {
  std::string model;
  TokenInput input;
  bool json = false;
  bool jsonl = false;
  bool offsets = false;
  bool no_special_tokens = false;
  std::string color = "auto";
};

constexpr const char* kDetails =
    R"(Each TEXT, and each file as a whole, is one text; without either, standard input is. On a terminal the
text is shown with its tokens on grounds of changing colours, elsewhere as a table.
A TEXT that begins with - goes behind --.
--json prints one list of ids for each text; with --offsets an object: {"ids", "tokens", "offsets"}, the
offsets in characters.
--jsonl reads JSON Lines and answers each with one: a string with its list of ids (or such an object), an
object of template arguments with `messages` with those of its prompt, a list of ids with its text. An
answer is written before the next line is waited for.

  dynamo tokenize --model ./Qwen3-0.6B 'Hello, world'
  dynamo tokenize --model model.gguf -f prompt.txt --json
  dynamo tokenize --model tokenizer.json --jsonl --offsets < texts.jsonl

Exit codes: 0 done, 1 failed (a file, a model that cannot be read), 2 wrong usage or input.)";

void declare(FlagSet& set, TokenizeFlags& flags) {
  set.text("-m,--model", flags.model, "Model directory, tokenizer.json, *.gguf or tiktoken file",
           {.required = true, .value_name = "DIR|FILE"});
  set.positional("text", flags.input.arguments, "Text to tokenize", {.value_name = "TEXT"});
  set.list("-f,--filename", flags.input.files, "File to read, - for standard input; repeatable",
           {.value_name = "FILE"});
  set.flag("--json", flags.json, "Print lists of ids");
  set.flag("--jsonl", flags.jsonl, "Read and write JSON Lines");
  set.flag("--offsets", flags.offsets, "Print tokens and where they are, too");
  set.flag("--no-special-tokens", flags.no_special_tokens,
           "Leave out the tokens that the model puts around every text");
  set.text("--color", flags.color, "Colours instead of a table", {.allowed{"auto", "always", "never"}});
}

Result<void> show(const tokens::Tokenizer& tokenizer, const TokenizeFlags& flags, std::string_view text) {
  const tokens::EncodeOptions options{.add_special_tokens = !flags.no_special_tokens};
  if (flags.json && !flags.offsets) {
    const auto ids = tokenizer.encode(text, options);
    if (!ids) return std::unexpected(ids.error());
    return print_out(ids_json(*ids) + "\n");
  }
  const auto encoding = tokenizer.encode_with_offsets(text, options);
  if (!encoding) return std::unexpected(encoding.error());
  if (flags.json) return print_out(encoding_json(*encoding, text) + "\n");
  const bool pieces = in_color(flags.color) && !flags.offsets;
  return print_out(pieces ? token_pieces(*encoding, text) : token_table(*encoding, text, flags.offsets));
}

Result<void> show_all(const tokens::Tokenizer& tokenizer, const TokenizeFlags& flags) {
  for (const std::string& text : flags.input.arguments) {
    if (auto shown = show(tokenizer, flags, text); !shown) return shown;
  }
  for (const std::string& name : files_of(flags.input)) {
    const auto input = read_file_or_stdin(name);
    if (!input) return std::unexpected(input.error());
    if (auto shown = show(tokenizer, flags, input->text); !shown) return shown;
  }
  return flush_out();
}

Result<int> tokenize(const TokenizeFlags& flags) {
  if (flags.json && flags.jsonl) return fail(Errc::invalid, "--json and --jsonl exclude each other");
  if (auto checked = check_input(flags.input); !checked) return std::unexpected(std::move(checked.error()));
  const auto tokenizer = load_tokenizer("tokenize", flags.model);
  if (!tokenizer) return std::unexpected(tokenizer.error());
  Result<void> done;
  if (flags.jsonl) {
    JsonLineConverter lines(flags.model, *tokenizer,
                            {.add_special_tokens = !flags.no_special_tokens, .offsets = flags.offsets});
    done = each_line(flags.input, [&](std::string_view line) { return lines.convert(line); });
  } else {
    done = show_all(**tokenizer, flags);
  }
  if (!done) return std::unexpected(std::move(done.error()));
  return 0;
}

}  // namespace

Command tokenize_command() {
  const auto flags = std::make_shared<TokenizeFlags>();
  return {.name = "tokenize",
          .help = "Show the tokens that a model sees in a text",
          .details = kDetails,
          .declare = [flags](FlagSet& set) { declare(set, *flags); },
          .run = [flags] { return tokenize(*flags); },
          .group = "Tokens"};
}

}  // namespace dynamo::cli
