#include "cli/token_input.h"

#include <cerrno>

#include "cli/token_output.h"
#include "cli/wall_time.h"
#include "frontend/model_templates.h"
#include "frontend/prompt_tokens.h"
#include "openai/json_text.h"

namespace dynamo::cli {

Error not_usage(Error error) {
  if (error.code == Errc::invalid) error.code = Errc::internal;
  return error;
}

Result<std::shared_ptr<const tokens::Tokenizer>> load_tokenizer(const std::string& command,
                                                                const std::string& model) {
  auto loaded = tokens::Tokenizer::load(model);
  if (!loaded) return std::unexpected(not_usage(std::move(loaded.error())));
  for (const std::string& note : (*loaded)->notes())
    fmt::print(stderr, "dynamo {}: note: {}\n", command, note);
  return loaded;
}

Result<void> check_input(const TokenInput& input) {
  if (input.arguments.empty() || input.files.empty()) return {};
  return fail(Errc::invalid, "give arguments or -f FILE, not both");
}

std::vector<std::string> files_of(const TokenInput& input) {
  if (!input.arguments.empty() || !input.files.empty()) return input.files;
  return {"-"};
}

namespace {

Result<void> print_line(const std::function<Result<std::string>(std::string_view)>& take,
                        std::string_view line) {
  auto out = take(line);
  if (!out) return std::unexpected(std::move(out.error()));
  if (out->empty()) return {};
  return print_out(*out += '\n');
}

Result<void> each_line_of(LineReader& reader,
                          const std::function<Result<std::string>(std::string_view)>& take) {
  for (;;) {
    if (reader.may_wait()) {
      if (auto flushed = flush_out(); !flushed) return flushed;
    }
    const auto line = reader.next();
    if (!line) return std::unexpected(line.error());
    if (!*line) return {};
    auto done = print_line(take, **line);
    if (!done)
      return context(fmt::format("{}:{}", reader.name(), reader.line_number()), std::move(done.error()));
  }
}

}  // namespace

Result<void> each_line(const TokenInput& input,
                       const std::function<Result<std::string>(std::string_view)>& take) {
  for (const std::string& argument : input.arguments) {
    if (auto done = print_line(take, argument); !done) return done;
  }
  for (const std::string& name : files_of(input)) {
    auto reader = LineReader::open(name);
    if (!reader) return std::unexpected(std::move(reader.error()));
    if (auto done = each_line_of(*reader, take); !done) {
      (void)flush_out();  // the lines before the one that failed
      return done;
    }
  }
  return flush_out();
}

Result<void> print_out(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size()) return {};
  return std::unexpected(system_error("standard output", errno));
}

Result<void> flush_out() {
  if (std::fflush(stdout) == 0) return {};
  return std::unexpected(system_error("standard output", errno));
}

Result<std::string> JsonLineConverter::encode(std::string_view text, bool add_special_tokens) const {
  const tokens::EncodeOptions encode{.add_special_tokens = add_special_tokens};
  if (options_.offsets) {
    const auto encoding = tokenizer_->encode_with_offsets(text, encode);
    if (!encoding) return std::unexpected(encoding.error());
    return encoding_json(*encoding, text);
  }
  const auto ids = tokenizer_->encode(text, encode);
  if (!ids) return std::unexpected(ids.error());
  return ids_json(*ids);
}

Result<std::string> JsonLineConverter::decode(const json::value& list) const {
  const auto ids = ids_from_json(list);
  if (!ids) return std::unexpected(ids.error());
  if (auto known = frontend::check_ids(*tokenizer_, *ids); !known) return std::unexpected(known.error());
  const auto text = tokenizer_->decode(*ids, options_.skip_special_tokens);
  if (!text) return std::unexpected(text.error());
  return openai::json_string(*text);
}

Result<std::string> JsonLineConverter::prompt(json::object arguments) {
  auto chat = chat::read_arguments(std::move(arguments));
  if (!chat) return std::unexpected(std::move(chat.error()));
  if (templates_ == nullptr) {
    auto loaded = frontend::load_templates(model_);
    if (!loaded) return std::unexpected(not_usage(std::move(loaded.error())));
    templates_ = std::move(*loaded);
  }
  const ZonedTime time = local_time(Clock::system());
  return templates_->render(std::move(*chat), {.now = time.time, .utc_offset = time.utc_offset});
}

Result<std::string> JsonLineConverter::convert(std::string_view line) {
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) {
    return fail(Errc::invalid, "the line is empty: leave it out, or write \"\" for an empty text");
  }
  auto parsed = json::parse(line);
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  if (const auto* text = parsed->if_string())
    return encode({text->data(), text->size()}, options_.add_special_tokens);
  if (parsed->is_array()) return decode(*parsed);
  if (!parsed->is_object()) {
    return fail(Errc::invalid,
                "a line must be a JSON string, a list of token ids, or an object with `messages`");
  }
  const auto rendered = prompt(std::move(parsed->get_object()));
  if (!rendered) return std::unexpected(rendered.error());
  return encode(*rendered, false);
}

}  // namespace dynamo::cli
