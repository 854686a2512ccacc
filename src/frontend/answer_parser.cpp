#include "frontend/answer_parser.h"

#include "parsers/formats.h"

namespace dynamo::frontend {
namespace {

/// A choice beyond those that a request may ask for is not read: whoever sends it cannot make the memory
/// grow.
constexpr std::int64_t kMaxChoiceIndex = openai::kMaxChoices;

bool wants_calls(const openai::Request& request) {
  const json::value* tools = json::find(request.body, {"tools"});
  return tools != nullptr && tools->is_array() && !tools->get_array().empty() &&
         json::string_at(request.body, {"tool_choice"}, "auto") != "none";
}

/// The prompt of a model that is told not to think does not open any reasoning.
bool thinking_is_off(const openai::Request& request) {
  for (const std::string_view name : {"enable_thinking", "thinking"}) {
    const json::value* switched = json::find(request.body, {"chat_template_kwargs", name});
    if (switched != nullptr && switched->is_bool() && !switched->get_bool()) return true;
  }
  return false;
}

void add_tools(parsers::ParserOptions& options, const openai::Request& request) {
  options.calls_required = json::string_at(request.body, {"tool_choice"}) == "required";
  options.writer.one_call = !json::bool_at(request.body, {"parallel_tool_calls"}, true);
  // Tools of kinds that are not known here are the engine's business; then names are not checked.
  if (auto tools = parsers::Tools::parse(*json::find(request.body, {"tools"})))
    options.writer.tools = std::move(*tools);
  const auto forced = json::string_at(request.body, {"tool_choice", "function", "name"});
  if (options.writer.tools.allow(forced)) options.forced_tool = forced;
}

/// `name`, if there is such a parser.
template <class Format>
std::string known_parser(const std::optional<std::string>& name,
                         Result<const Format*> (*find)(std::string_view)) {
  return name && find(*name) ? *name : std::string();
}

/// Whether a choice says anything besides its text: a role, log probabilities, an end.
bool says_more(const json::object& choice, const json::object& delta) {
  if (!delta.empty()) return true;
  return std::ranges::any_of(choice, [](const auto& member) {
    return member.key() != "index" && member.key() != "delta" && !member.value().is_null();
  });
}

/// Whether the engine has split reasoning off itself.
bool tells_reasoning(const json::value& delta) {
  return !json::string_at(delta, {"reasoning_content"}).empty() ||
         !json::string_at(delta, {"reasoning"}).empty();
}

bool tells_error(const json::value& chunk) {
  const json::value* error = json::find(chunk, {"error"});
  return error != nullptr && !error->is_null();
}

bool is_choices(const json::value& list) {
  return list.is_array() && !list.get_array().empty() &&
         std::ranges::all_of(list.get_array(), [](const json::value& choice) { return choice.is_object(); });
}

void join(json::object& into, json::object from) {
  for (auto& member : from) into[member.key()] = std::move(member.value());
}

}  // namespace

parsers::ParserOptions parser_options(const discovery::RuntimeConfig& config, const openai::Request& request,
                                      std::string_view prompt_end) {
  if (request.endpoint != openai::Endpoint::chat) return {};
  parsers::ParserOptions options;
  options.reasoning_parser = known_parser(config.reasoning_parser, parsers::find_reasoning_format);
  options.begins_with_reasoning = parsers::begins_with_reasoning(options.reasoning_parser, prompt_end);
  if (!options.begins_with_reasoning && thinking_is_off(request)) options.begins_with_reasoning = false;
  if (!wants_calls(request)) return options;
  options.tool_parser = known_parser(config.tool_call_parser, parsers::find_tool_format);
  if (!options.tool_parser.empty()) add_tools(options, request);
  return options;
}

std::unique_ptr<AnswerParser> AnswerParser::make(parsers::ParserOptions options) {
  if (options.reasoning_parser.empty() && options.tool_parser.empty()) return nullptr;
  return std::unique_ptr<AnswerParser>(new AnswerParser(std::move(options)));
}

AnswerParser::Choice& AnswerParser::choice_at(std::int64_t index) {
  const auto known = choices_.find(index);
  if (known != choices_.end()) return known->second;
  return choices_.emplace(index, Choice{parsers::Parser::make(options_).value()}).first->second;
}

/// For text behind reasoning that the engine has told.
parsers::Parser AnswerParser::parser_of_rest() const {
  parsers::ParserOptions options = options_;
  options.begins_with_reasoning = false;
  return parsers::Parser::make(std::move(options)).value();
}

/// The choice of one chunk as the choices of several, one for each delta. The first has what the engine said
/// besides the text, the last the reason why it ended.
std::vector<json::object> AnswerParser::rewrite_choice(const json::object& choice) {
  const auto index = json::int_at(choice, {"index"}).value_or(0);
  const json::value* delta = json::find(choice, {"delta"});
  if (delta == nullptr || !delta->is_object() || index < 0 || index >= kMaxChoiceIndex) return {choice};
  Choice& read = choice_at(index);
  if (read.ended) return {choice};
  if (!read.begun && !read.reasoned && tells_reasoning(*delta)) {
    read.parser = parser_of_rest();
    read.reasoned = true;
  }
  const json::value* reason = json::find(choice, {"finish_reason"});
  const bool ends = reason != nullptr && reason->is_string();
  const auto text = json::string_at(choice, {"delta", "content"});

  read.begun |= !text.empty();
  read.ended = ends;
  auto said = read.parser.feed(text);
  if (ends) {
    for (auto& last : read.parser.finish()) parsers::append_delta(said, std::move(last));
  }
  json::object rest = delta->get_object();
  if (!text.empty()) rest.erase("content");
  if (said.empty() && !says_more(choice, rest)) return {};

  std::vector<json::object> out(std::max<std::size_t>(said.size(), 1),
                                {{"index", index}, {"delta", json::object{}}});
  out.front() = choice;
  out.front()["delta"] = std::move(rest);
  for (std::size_t i = 0; i < said.size(); ++i) join(out[i]["delta"].get_object(), parsers::to_json(said[i]));
  for (auto& part : out) part["finish_reason"] = nullptr;
  if (ends) out.back()["finish_reason"] = read.parser.finish_reason(std::string_view(reason->get_string()));
  return out;
}

std::vector<std::string> AnswerParser::rewrite(std::string_view data) {
  const auto parsed = json::parse(data);
  if (parsed && tells_error(*parsed)) {
    auto out = finish();
    out.emplace_back(data);
    return out;
  }
  const json::value* choices = parsed ? json::find(*parsed, {"choices"}) : nullptr;
  if (choices == nullptr || !is_choices(*choices)) return {std::string(data)};
  json::object chunk = parsed->get_object();
  head_ = chunk;
  std::vector<std::string> out;
  for (const auto& choice : choices->get_array()) {
    for (auto& part : rewrite_choice(choice.get_object())) {
      chunk["choices"] = json::array{std::move(part)};
      out.push_back(json::dump(chunk));
    }
  }
  return out;
}

std::vector<std::string> AnswerParser::finish() {
  std::vector<std::string> out;
  head_.erase("usage");
  for (auto& [index, choice] : choices_) {
    if (std::exchange(choice.ended, true)) continue;
    for (const auto& delta : choice.parser.finish()) {
      const json::object part{
          {"index", index}, {"delta", parsers::to_json(delta)}, {"finish_reason", nullptr}};
      head_["choices"] = json::array{part};
      out.push_back(json::dump(head_));
    }
  }
  return out;
}

}  // namespace dynamo::frontend
