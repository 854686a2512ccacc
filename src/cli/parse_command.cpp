#include <charconv>
#include <fmt/ranges.h>
#include <random>

#include "cli/answer_output.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/printing.h"
#include "cli/token_input.h"

#include "parsers/parser.h"

namespace dynamo::cli {
namespace {

struct ParseFlags {
  std::vector<std::string> texts;
  std::optional<std::string> file;
  std::string tool_parser;
  std::string reasoning_parser;
  std::optional<std::string> tools;
  std::string tool_choice = "auto";
  bool one_call = false;
  std::string prompt_opens_reasoning = "auto";
  std::string arguments = "streamed";
  std::string pieces = "all";
  std::int64_t seed = 0;
  std::string engine_reason = "stop";
  std::string color = "auto";
  bool json = false;
  bool jsonl = false;
  bool list = false;
};

constexpr const char* kDetails =
    R"(The text is what a model wrote, markers and all. It is shown as clients are told of it: one line for each delta,
with --json as one object with the message, with --jsonl as the `delta` objects of a stream, one a line.
A TEXT that begins with - goes behind --; several are one text with spaces between.

  dynamo parse --tool-parser hermes '<tool_call>{"name": "f", "arguments": {"a": 1}}</tool_call>'
  dynamo parse --reasoning-parser qwen3 --tool-parser qwen3_coder --tools request.json --pieces 4 -f answer.txt
  dynamo parse --list

Exit codes: 0 done, 1 failed (a file), 2 wrong usage, such as a parser that does not exist.)";

void declare(FlagSet& set, ParseFlags& flags) {
  set.positional("text", flags.texts, "Text to parse", {.value_name = "TEXT"});
  set.text("-f,--filename", flags.file, "File to read, - for standard input, the default",
           {.value_name = "FILE"});
  set.text("--tool-parser", flags.tool_parser, "Format of tool calls", {.value_name = "NAME"});
  set.text("--reasoning-parser", flags.reasoning_parser, "Format of reasoning", {.value_name = "NAME"});
  set.text("--tools", flags.tools, "JSON: a list of tools, or a request that has one",
           {.value_name = "FILE"});
  set.text("--tool-choice", flags.tool_choice,
           "auto, none, required, or the name of the tool that the request names", {.value_name = "CHOICE"});
  set.flag("--one-call", flags.one_call, "Tell the first call only, as for \"parallel_tool_calls\": false");
  set.text("--prompt-opens-reasoning", flags.prompt_opens_reasoning,
           "Whether the prompt ended with the marker that opens reasoning; auto: as the format has it",
           {.allowed{"auto", "yes", "no"}});
  set.text("--arguments", flags.arguments, "When the arguments of calls are told",
           {.allowed{"streamed", "whole"}});
  set.text("--pieces", flags.pieces, "How the text comes: all at once, N bytes at a time, or random",
           {.value_name = "N|random|all"});
  set.number("--seed", flags.seed, "Seed of random pieces and of the ids of calls");
  set.text("--finish-reason", flags.engine_reason, "What the engine says when the text ends",
           {.value_name = "REASON"});
  set.text("--color", flags.color, "Colours", {.allowed{"auto", "always", "never"}});
  set.flag("--json", flags.json, "Print the message as a JSON object");
  set.flag("--jsonl", flags.jsonl, "Print one delta a line as JSON");
  set.flag("--list", flags.list, "List the parsers (with --json, as JSON)");
}

/// Sizes of pieces: the same for the same seed.
class Cutter {
 public:
  static Result<Cutter> make(const std::string& pieces, std::uint64_t seed) {
    if (pieces == "all") return Cutter(std::string_view::npos, 0, seed);
    if (pieces == "random") return Cutter(1, kMaxRandom, seed);
    std::size_t size = 0;
    const char* end = pieces.data() + pieces.size();
    const auto read = std::from_chars(pieces.data(), end, size);
    if (read.ec == std::errc{} && read.ptr == end && size > 0) return Cutter(size, 0, seed);
    return fail(Errc::invalid,
                fmt::format("--pieces must be a number from 1, random or all, got \"{}\"", pieces));
  }
  std::size_t next() {
    return random_up_to_ == 0 ? size_
                              : std::uniform_int_distribution<std::size_t>(size_, random_up_to_)(random_);
  }

 private:
  static constexpr std::size_t kMaxRandom = 12;
  Cutter(std::size_t size, std::size_t random_up_to, std::uint64_t seed)
      : size_(size), random_up_to_(random_up_to), random_(seed) {}
  std::size_t size_;
  std::size_t random_up_to_;
  std::mt19937_64 random_;
};

Result<parsers::Tools> read_tools(const std::string& file) {
  const auto input = read_file_or_stdin(file);
  if (!input) return std::unexpected(input.error());
  const auto parsed = json::parse(input->text);
  if (!parsed) return context(input->name, parsed.error());
  const json::value* list = json::find(*parsed, {"tools"});
  auto tools = parsers::Tools::parse(list != nullptr ? *list : *parsed);
  if (!tools) return context(input->name, std::move(tools.error()));
  return tools;
}

Result<parsers::ParserOptions> parser_options(const ParseFlags& flags) {
  parsers::ParserOptions options{.reasoning_parser = flags.reasoning_parser,
                                 .tool_parser = flags.tool_parser};
  options.writer.one_call = flags.one_call;
  if (flags.tool_choice == "none") {
    options.tool_parser.clear();
  } else if (flags.tool_choice == "required") {
    options.calls_required = true;
  } else if (flags.tool_choice != "auto") {
    options.forced_tool = flags.tool_choice;
  }
  if (flags.prompt_opens_reasoning != "auto") {
    options.begins_with_reasoning = flags.prompt_opens_reasoning == "yes";
  }
  if (flags.arguments == "whole") options.writer.arguments = parsers::Arguments::whole;
  options.writer.random = std::mt19937_64(static_cast<std::uint64_t>(flags.seed));
  if (!flags.tools) return options;
  auto tools = read_tools(*flags.tools);
  if (!tools) return std::unexpected(std::move(tools.error()));
  options.writer.tools = std::move(*tools);
  return options;
}

Result<std::string> read_text(const ParseFlags& flags) {
  if (!flags.texts.empty()) return fmt::format("{}", fmt::join(flags.texts, " "));
  auto input = read_file_or_stdin(flags.file.value_or("-"));
  if (!input) return std::unexpected(std::move(input.error()));
  return std::move(input->text);
}

/// Tells each step as it is made, and keeps what --json shows at the end.
class Teller {
 public:
  explicit Teller(const ParseFlags& flags) : flags_(flags), color_(in_color(flags.color)) {}

  Result<void> tell(const std::vector<parsers::Delta>& deltas) {
    for (const auto& delta : deltas) {
      if (flags_.json) {
        parsers::append_delta(all_, delta);
      } else if (auto told = print_out(flags_.jsonl ? delta_json(delta) + "\n" : delta_line(delta, color_));
                 !told) {
        return told;
      }
    }
    return {};
  }
  Result<void> finish(const parsers::Parser& parser) {
    const std::string_view reason = parser.finish_reason(flags_.engine_reason);
    if (!flags_.json && !flags_.jsonl) return print_out(finish_line(reason, parser.broken_calls(), color_));
    json::object last{{"finish_reason", reason}};
    if (flags_.json) last = {{"message", parsers::message_of(all_)}, {"finish_reason", reason}};
    if (parser.broken_calls() > 0) last["broken_calls"] = parser.broken_calls();
    return print_out(json::dump(last) + "\n");
  }

 private:
  const ParseFlags& flags_;
  bool color_;
  std::vector<parsers::Delta> all_;
};

Result<void> parse_text(parsers::Parser& parser, Cutter& cutter, std::string_view text, Teller& teller) {
  while (!text.empty()) {
    const std::string_view piece = text.substr(0, cutter.next());
    text.remove_prefix(piece.size());
    if (auto told = teller.tell(parser.feed(piece)); !told) return told;
  }
  if (auto told = teller.tell(parser.finish()); !told) return told;
  if (auto told = teller.finish(parser); !told) return told;
  return flush_out();
}

Result<int> list_parsers(const ParseFlags& flags) {
  auto printed = print_out(flags.json ? parser_list_json() + "\n" : parser_table());
  if (printed) printed = flush_out();
  if (!printed) return std::unexpected(std::move(printed.error()));
  return 0;
}

Result<int> parse(const ParseFlags& flags) {
  if (flags.json && flags.jsonl) return fail(Errc::invalid, "--json and --jsonl exclude each other");
  if (flags.list && flags.jsonl) return fail(Errc::invalid, "--list goes with --json, not with --jsonl");
  if (!flags.texts.empty() && flags.file)
    return fail(Errc::invalid, "give either a text or a file, not both");
  if (flags.list) return list_parsers(flags);
  auto options = parser_options(flags);
  if (!options) return std::unexpected(std::move(options.error()));
  auto parser = parsers::Parser::make(std::move(*options));
  if (!parser) return std::unexpected(std::move(parser.error()));
  auto cutter = Cutter::make(flags.pieces, static_cast<std::uint64_t>(flags.seed));
  if (!cutter) return std::unexpected(std::move(cutter.error()));
  const auto text = read_text(flags);
  if (!text) return std::unexpected(text.error());
  Teller teller(flags);
  if (auto done = parse_text(*parser, *cutter, *text, teller); !done) return std::unexpected(done.error());
  return 0;
}

}  // namespace

Command parse_command() {
  const auto flags = std::make_shared<ParseFlags>();
  return {.name = "parse",
          .help = "Show what clients are told of a text that a model wrote: reasoning, content, tool calls",
          .details = kDetails,
          .declare = [flags](FlagSet& set) { declare(set, *flags); },
          .run = [flags] { return parse(*flags); },
          .group = "Tokens"};
}

}  // namespace dynamo::cli
