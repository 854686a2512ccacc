#include <unistd.h>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/printing.h"
#include "cli/token_input.h"
#include "cli/token_output.h"
#include "cli/wall_time.h"
#include "frontend/model_templates.h"
#include "openai/json_text.h"

namespace dynamo::cli {
namespace {

constexpr int kDone = 0;
constexpr int kFailed = 1;

struct TemplateFlags {
  std::string model;
  std::optional<std::string> file;
  std::vector<std::string> turns;
  std::optional<std::string> system;
  std::optional<std::string> kwargs;
  std::optional<std::string> name;
  std::optional<std::string> now;
  std::string input = "auto";
  bool tokens = false;
  bool generated = false;
  bool json = false;
  bool jsonl = false;
};

/// What is the same for all inputs of one run.
struct Session {
  std::shared_ptr<const chat::ChatTemplates> templates;
  std::shared_ptr<const tokens::Tokenizer> tokenizer;  // null unless tokens are asked for
  jinja::Options options;
  json::object kwargs;
};

Result<json::object> parse_object(std::string_view text, std::string_view what) {
  auto parsed = json::parse(text);
  if (!parsed) return context(what, std::move(parsed.error()));
  if (!parsed->is_object()) return fail(Errc::invalid, fmt::format("{} must be a JSON object", what));
  return std::move(parsed->get_object());
}

/// A conversation out of the command line: user and assistant by turns, the next answer to come.
json::object conversation(const TemplateFlags& flags) {
  json::array messages;
  if (flags.system) messages.push_back({{"role", "system"}, {"content", *flags.system}});
  for (std::size_t i = 0; i < flags.turns.size(); ++i) {
    messages.push_back({{"role", i % 2 == 0 ? "user" : "assistant"}, {"content", flags.turns[i]}});
  }
  return {{"messages", std::move(messages)}, {"add_generation_prompt", true}};
}

Result<jinja::Options> rendering_options(const TemplateFlags& flags) {
  const auto now = flags.now ? parse_zoned_time(*flags.now) : std::optional(local_time(Clock::system()));
  if (!now) {
    return fail(Errc::invalid, fmt::format("--now must be a time such as 2026-02-03, 2026-02-03T04:05:06 or "
                                           "2026-02-03T04:05:06+01:00, got \"{}\"",
                                           *flags.now));
  }
  return jinja::Options{.now = now->time, .utc_offset = now->utc_offset};
}

Result<json::object> parse_kwargs(const TemplateFlags& flags) {
  return flags.kwargs ? parse_object(*flags.kwargs, "--kwargs") : json::object{};
}

Result<Session> open_session(const TemplateFlags& flags) {
  const auto options = rendering_options(flags);
  if (!options) return std::unexpected(options.error());
  auto kwargs = parse_kwargs(flags);
  if (!kwargs) return std::unexpected(std::move(kwargs.error()));
  auto templates = frontend::load_templates(flags.model);
  if (!templates) return std::unexpected(not_usage(std::move(templates.error())));
  Session session{std::move(*templates), nullptr, *options, std::move(*kwargs)};
  if (!flags.tokens) return session;
  auto tokenizer = load_tokenizer("template", flags.model);
  if (!tokenizer) return std::unexpected(std::move(tokenizer.error()));
  session.tokenizer = std::move(*tokenizer);
  return session;
}

/// Members of --kwargs join those that the input itself brings, and win.
void add_kwargs(json::object& input, const json::object& kwargs) {
  if (kwargs.empty()) return;
  json::object& members = json::ensure_object(input, "chat_template_kwargs");
  for (const auto& [name, value] : kwargs) members[name] = value;
}

bool is_request(const json::object& input, const TemplateFlags& flags) {
  return flags.input == "auto" ? input.contains("model") : flags.input == "request";
}

/// A prompt; with the spans of answers where they are asked for.
Result<jinja::Rendering> render(json::object input, const TemplateFlags& flags, const Session& session) {
  add_kwargs(input, session.kwargs);
  auto chat = is_request(input, flags) ? chat::read_request(std::move(input))
                                       : chat::read_arguments(std::move(input));
  if (!chat) return std::unexpected(std::move(chat.error()));
  if (flags.name) chat->template_name = *flags.name;
  if (flags.generated) return session.templates->render_with_spans(std::move(*chat), session.options);
  auto text = session.templates->render(std::move(*chat), session.options);
  if (!text) return std::unexpected(std::move(text.error()));
  return jinja::Rendering{.text = std::move(*text), .generated = {}};
}

/// The prompt without what a tokenizer would put around it: templates write that themselves.
Result<tokens::Encoding> encode(const std::string& prompt, const Session& session) {
  return session.tokenizer->encode_with_offsets(prompt, {.add_special_tokens = false});
}

/// "[[3,8]]", in characters.
std::string spans_json(const jinja::Rendering& prompt) {
  std::vector<tokens::Span> bytes;
  for (const jinja::Span& span : prompt.generated) {
    bytes.push_back({static_cast<std::uint32_t>(span.begin), static_cast<std::uint32_t>(span.end)});
  }
  json::array spans;
  for (const tokens::Span& span : in_characters(bytes, prompt.text)) spans.push_back({span.begin, span.end});
  return json::dump(json::value(std::move(spans)));
}

/// The prompt as a JSON string where lines are all that is asked for; else an object.
Result<std::string> json_text(const jinja::Rendering& prompt, const TemplateFlags& flags,
                              const Session& session) {
  const std::string text = openai::json_string(prompt.text);
  if (flags.jsonl && !flags.tokens && !flags.generated) return text;
  std::string object = fmt::format("{{\"prompt\":{}", text);
  if (flags.generated) object += fmt::format(",\"generated\":{}", spans_json(prompt));
  if (!flags.tokens) return object + "}";
  const auto encoding = encode(prompt.text, session);
  if (!encoding) return std::unexpected(encoding.error());
  return object + "," + encoding_json(*encoding, prompt.text).substr(1);
}

/// A line of output for one of input; one that cannot be rendered says why, and the next goes on.
Result<std::string> answer_line(std::string_view line, const TemplateFlags& flags, const Session& session,
                                bool& all_rendered) {
  auto input = parse_object(line, "the line");
  const auto prompt = input ? render(std::move(*input), flags, session) : std::unexpected(input.error());
  auto answer = prompt ? json_text(*prompt, flags, session) : std::unexpected(prompt.error());
  if (answer) return answer;
  all_rendered = false;
  return fmt::format("{{\"error\":{}}}", openai::json_string(chat::words_for_client(answer.error())));
}

Result<int> answer_lines(const TemplateFlags& flags, const Session& session) {
  bool all_rendered = true;
  const auto answer = [&](std::string_view line) { return answer_line(line, flags, session, all_rendered); };
  const auto done = each_line({.files = {flags.file.value_or("-")}}, answer);
  if (!done) return std::unexpected(done.error());
  return all_rendered ? kDone : kFailed;
}

/// The prompt as it is; on a terminal the shell's own prompt gets a line of its own.
Result<std::string> shown(const jinja::Rendering& prompt, const TemplateFlags& flags,
                          const Session& session) {
  if (flags.json) {
    auto text = json_text(prompt, flags, session);
    if (text) *text += '\n';
    return text;
  }
  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  const std::string& text = prompt.text;
  if (!flags.tokens) return terminal && !text.ends_with('\n') ? text + "\n" : text;
  const auto encoding = encode(text, session);
  if (!encoding) return std::unexpected(encoding.error());
  return in_color("auto") ? token_pieces(*encoding, text) : token_table(*encoding, text, false);
}

Result<json::object> read_input(const TemplateFlags& flags) {
  if (!flags.turns.empty()) return conversation(flags);
  const auto input = read_file_or_stdin(flags.file.value_or("-"));
  if (!input) return std::unexpected(input.error());
  return parse_object(input->text, input->name);
}

Result<void> check_flags(const TemplateFlags& flags) {
  if (flags.json && flags.jsonl) return fail(Errc::invalid, "--json and --jsonl exclude each other");
  if (flags.generated && !flags.json && !flags.jsonl) {
    return fail(Errc::invalid, "--generated goes with --json or --jsonl");
  }
  if (!flags.turns.empty() && (flags.file || flags.jsonl)) {
    return fail(Errc::invalid, "give either a file or the texts of a conversation, not both");
  }
  if (flags.system && flags.turns.empty()) {
    return fail(Errc::invalid, "--system goes with the texts of a conversation");
  }
  return {};
}

Result<int> run_template(const TemplateFlags& flags) {
  if (auto checked = check_flags(flags); !checked) return std::unexpected(checked.error());
  const auto session = open_session(flags);
  if (!session) return std::unexpected(session.error());
  if (flags.jsonl) return answer_lines(flags, *session);
  auto input = read_input(flags);
  if (!input) return std::unexpected(std::move(input.error()));
  const auto prompt = render(std::move(*input), flags, *session);
  if (!prompt) return std::unexpected(not_usage(prompt.error()));
  const auto text = shown(*prompt, flags, *session);
  if (!text) return std::unexpected(text.error());
  if (auto printed = print_out(*text); !printed) return std::unexpected(printed.error());
  if (auto flushed = flush_out(); !flushed) return std::unexpected(flushed.error());
  return kDone;
}

constexpr const char* kDetails =
    R"(The input is a JSON object, from a file or from standard input, or a conversation made of the texts given. It is
  arguments  of a template, as apply_chat_template of transformers takes them: messages, tools, documents,
             add_generation_prompt, continue_final_message; all other members are variables of the template
  request    the body of a chat completion request, prepared as engines do it: content in the form that the
             template expects, arguments of tool calls as objects, and a generation prompt at the end
  auto       a request when it has the member "model", arguments otherwise
A TEXT that begins with - goes behind --.
--jsonl reads one object a line and answers each with the prompt as a JSON string; a line that cannot be rendered is
answered with {"error": why}. With --tokens the answers are objects with "prompt", "ids", "tokens" and "offsets", with
--generated also "generated"; places are counted in characters.

  dynamo template --model ./Qwen3-0.6B "What is wind?"
  dynamo template --model ./Qwen3-0.6B -f request.json --kwargs '{"enable_thinking": false}' --tokens
  dynamo template --model chat_template.jinja --now 2026-02-03 < arguments.json

Exit codes: 0 rendered, 1 not (with --jsonl: not every line), 2 wrong usage or input that is no
JSON object.)";

void declare(FlagSet& set, TemplateFlags& flags) {
  set.positional("text", flags.turns, "Messages by turns of user and assistant", {.value_name = "TEXT"});
  set.text("-m,--model", flags.model, "Model directory, *.gguf, or a file that is a template",
           {.required = true, .value_name = "DIR|FILE"});
  set.text("-f,--filename", flags.file, "File with the input; - for standard input, the default",
           {.value_name = "FILE"});
  set.text("--system", flags.system, "System message before the texts given", {.value_name = "TEXT"});
  set.text("--kwargs", flags.kwargs, "More variables for the template, an object", {.value_name = "JSON"});
  set.text("--template", flags.name, "The template to take where the model has several",
           {.value_name = "NAME"});
  set.text("--input", flags.input, "How the input is read", {.allowed{"auto", "arguments", "request"}});
  set.text("--now", flags.now, "The time that templates see instead of the current one",
           {.value_name = "TIME"});
  set.flag("--tokens", flags.tokens, "Show the tokens of the prompt");
  set.flag("--generated", flags.generated,
           "Say which characters {% generation %} blocks wrote, as pairs of begin and end");
  set.flag("--json", flags.json, "Print a JSON object");
  set.flag("--jsonl", flags.jsonl, "Read and write JSON Lines");
}

}  // namespace

Command template_command() {
  const auto flags = std::make_shared<TemplateFlags>();
  return {.name = "template",
          .help = "Show the prompt that a model's chat template makes of a conversation",
          .details = kDetails,
          .declare = [flags](FlagSet& set) { declare(set, *flags); },
          .run = [flags] { return run_template(*flags); },
          .group = "Tokens"};
}

}  // namespace dynamo::cli
