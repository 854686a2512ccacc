#include "openai/request.h"

#include <array>
#include <limits>

#include "openai/error_body.h"
#include "openai/fields.h"

namespace dynamo::openai {
namespace {

constexpr std::int64_t kMaxInt = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMaxTokens = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t kMaxStopLength = 1024;

struct NumberRule {
  std::string_view field;
  double low;
  double high;
};

/// Fields that only engines use; checked here so that a client hears of a mistake from every engine alike.
constexpr std::array kNumberRules{
    NumberRule{"temperature", 0, 2},       NumberRule{"top_p", 0, 1}, NumberRule{"frequency_penalty", -2, 2},
    NumberRule{"presence_penalty", -2, 2}, NumberRule{"min_p", 0, 1}, NumberRule{"repetition_penalty", 0, 2},
};

constexpr std::array<std::string_view, 6> kRoles{"system",    "developer", "user",
                                                 "assistant", "tool",      "function"};

std::string_view view(const json::string& s) { return {s.data(), s.size()}; }

void check_numbers(Fields& fields, Endpoint endpoint) {
  for (const auto& rule : kNumberRules) fields.number(rule.field, rule.low, rule.high);
  fields.integer("min_tokens", 0, kMaxTokens);
  fields.integer("top_k", -1, kMaxInt);
  if (endpoint == Endpoint::chat) {
    fields.flag("logprobs");
    fields.integer("top_logprobs", 0, 20);
  } else {
    fields.integer("logprobs", 0, 5);
  }
}

std::optional<std::uint32_t> read_max_tokens(Fields& fields) {
  const auto old_name = fields.integer("max_tokens", 1, kMaxTokens);
  const auto new_name = fields.integer("max_completion_tokens", 1, kMaxTokens);
  const auto chosen = new_name ? new_name : old_name;
  if (!chosen) return std::nullopt;
  return static_cast<std::uint32_t>(*chosen);
}

void read_stop(Fields& fields, Request& out) {
  const json::value* stop = fields.find("stop");
  if (stop == nullptr) return;
  if (const auto* one = stop->if_string()) {
    out.stop.emplace_back(view(*one));
  } else if (const auto* many = stop->if_array()) {
    if (many->size() > kMaxStops)
      return fields.refuse("stop", fmt::format("`stop` may hold at most {} texts", kMaxStops));
    for (const auto& item : *many) {
      if (!item.is_string()) return fields.refuse_type("stop", "a string or an array of strings", item);
      out.stop.emplace_back(view(item.get_string()));
    }
  } else {
    return fields.refuse_type("stop", "a string or an array of strings", *stop);
  }
  for (const auto& text : out.stop) {
    if (text.empty() || text.size() > kMaxStopLength) {
      return fields.refuse("stop", fmt::format("texts in `stop` must have 1 to {} bytes", kMaxStopLength));
    }
  }
}

void read_stream(Fields& fields, Request& out) {
  out.stream = fields.flag("stream");
  const json::value* options = fields.find("stream_options");
  if (options == nullptr) return;
  if (!out.stream)
    return fields.refuse("stream_options", "`stream_options` is only allowed with `stream`: true");
  if (!options->is_object()) return fields.refuse_type("stream_options", "an object", *options);
  Fields inner(options->get_object());
  out.include_usage = inner.flag("include_usage");
  out.continuous_usage = inner.flag("continuous_usage_stats");
  if (!inner.ok()) fields.refuse("stream_options", "members of `stream_options` must be booleans");
}

void read_common(Fields& fields, Request& out) {
  const auto model = fields.text("model");
  if (!model || model->empty()) fields.refuse("model", "`model` is required: the name of a served model");
  out.model = model.value_or("");
  read_stream(fields, out);
  out.max_tokens = read_max_tokens(fields);
  out.n = static_cast<std::uint32_t>(fields.integer("n", 1, kMaxChoices).value_or(1));
  out.seed = fields.integer("seed", std::numeric_limits<std::int64_t>::min(), kMaxInt);
  out.user = fields.text("user").value_or("");
  read_stop(fields, out);
  check_numbers(fields, out.endpoint);
}

/// Joins the text parts of a message's content; parts of other types are the engine's business.
Result<std::string> read_content(const json::value& content, const std::string& field) {
  if (const auto* text = content.if_string()) return std::string(view(*text));
  const auto* parts = content.if_array();
  if (parts == nullptr)
    return invalid_field(field, fmt::format("`{}` must be a string or an array of parts", field));
  std::string out;
  for (const auto& part : *parts) {
    if (!part.is_object() || json::string_at(part, {"type"}).empty()) {
      return invalid_field(field, fmt::format("parts of `{}` must be objects with a `type`", field));
    }
    out += json::string_at(part, {"text"});
  }
  return out;
}

Result<Message> read_message(const json::value& v, std::size_t index) {
  const std::string field = fmt::format("messages[{}]", index);
  const auto* object = v.if_object();
  if (object == nullptr) return invalid_field(field, fmt::format("`{}` must be an object", field));
  Message out;
  out.role = json::string_at(*object, {"role"});
  if (std::ranges::find(kRoles, out.role) == kRoles.end()) {
    return invalid_field(field + ".role",
                         fmt::format("`{}.role` must be one of {}", field, fmt::join(kRoles, ", ")));
  }
  const json::value* content = object->if_contains("content");
  if (content == nullptr || content->is_null()) {
    if (out.role == "assistant") return out;  // its tool calls stand for it
    return invalid_field(field + ".content", fmt::format("`{}.content` is required", field));
  }
  auto text = read_content(*content, field + ".content");
  if (!text) return std::unexpected(std::move(text.error()));
  out.text = std::move(*text);
  return out;
}

Result<std::vector<Message>> read_messages(const json::object& body) {
  const json::value* messages = body.if_contains("messages");
  const auto* list = messages == nullptr ? nullptr : messages->if_array();
  if (list == nullptr || list->empty()) {
    return invalid_field("messages", "`messages` is required: a list of at least one message");
  }
  std::vector<Message> out;
  out.reserve(list->size());
  for (const auto& item : *list) {
    auto message = read_message(item, out.size());
    if (!message) return std::unexpected(std::move(message.error()));
    out.push_back(std::move(*message));
  }
  return out;
}

std::optional<std::vector<std::uint32_t>> read_token_ids(const json::array& list) {
  std::vector<std::uint32_t> out;
  out.reserve(list.size());
  for (const auto& item : list) {
    boost::system::error_code error;
    const auto id = item.to_number<std::uint32_t>(error);
    if (error || item.is_double()) return std::nullopt;
    out.push_back(id);
  }
  return out;
}

std::optional<Prompt> read_prompt(const json::value& v) {
  if (const auto* text = v.if_string()) {
    if (text->empty()) return std::nullopt;
    return Prompt(std::string(view(*text)));
  }
  const auto* list = v.if_array();
  if (list == nullptr || list->empty()) return std::nullopt;
  auto ids = read_token_ids(*list);
  if (!ids) return std::nullopt;
  return Prompt(std::move(*ids));
}

Result<std::vector<Prompt>> read_prompts(const json::object& body) {
  static constexpr std::string_view kAllowed =
      "`prompt` must be a non-empty string, list of token ids, or list of such prompts";
  const json::value* prompt = body.if_contains("prompt");
  if (prompt == nullptr || prompt->is_null()) return invalid_field("prompt", "`prompt` is required");
  if (auto single = read_prompt(*prompt)) return std::vector<Prompt>{std::move(*single)};
  const auto* list = prompt->if_array();
  if (list == nullptr || list->empty()) return invalid_field("prompt", std::string(kAllowed));
  if (list->size() > kMaxPrompts) {
    return invalid_field("prompt", fmt::format("`prompt` may hold at most {} prompts", kMaxPrompts));
  }
  std::vector<Prompt> out;
  out.reserve(list->size());
  for (const auto& item : *list) {
    auto one = read_prompt(item);
    if (!one) return invalid_field("prompt", std::string(kAllowed));
    out.push_back(std::move(*one));
  }
  return out;
}

Result<void> read_chat(Request& out) {
  for (const std::string_view deprecated : {"functions", "function_call"}) {
    const json::value* found = out.body.if_contains(deprecated);
    if (found == nullptr || found->is_null()) continue;
    return fail(Errc::unsupported,
                fmt::format("`{}` is deprecated and not supported: use `tools`", deprecated));
  }
  auto messages = read_messages(out.body);
  if (!messages) return std::unexpected(std::move(messages.error()));
  out.messages = std::move(*messages);
  return {};
}

Result<void> read_completions(Fields& fields, Request& out) {
  out.echo = fields.flag("echo");
  auto prompts = read_prompts(out.body);
  if (!prompts) return std::unexpected(std::move(prompts.error()));
  out.prompts = std::move(*prompts);
  if (out.prompts.size() * out.n > kMaxAnswers) {
    return invalid_field("n", fmt::format("prompts times `n` must be at most {}", kMaxAnswers));
  }
  return {};
}

}  // namespace

std::string_view path_of(Endpoint endpoint) noexcept {
  return endpoint == Endpoint::chat ? "/v1/chat/completions" : "/v1/completions";
}

std::string_view metric_label_of(Endpoint endpoint) noexcept {
  return endpoint == Endpoint::chat ? "chat_completions" : "completions";
}

Result<Request> parse_request(Endpoint endpoint, std::string_view body) {
  auto parsed = json::parse(body);
  if (!parsed) return context("request body", std::move(parsed.error()));
  if (!parsed->is_object()) return fail(Errc::invalid, "request body: must be a JSON object");

  Request out;
  out.endpoint = endpoint;
  out.body = std::move(parsed->get_object());
  Fields fields(out.body);
  read_common(fields, out);
  if (auto checked = fields.check(); !checked) return std::unexpected(std::move(checked.error()));
  auto read = endpoint == Endpoint::chat ? read_chat(out) : read_completions(fields, out);
  if (!read) return std::unexpected(std::move(read.error()));
  if (auto checked = fields.check(); !checked) return std::unexpected(std::move(checked.error()));
  return out;
}

std::string streaming_body(const Request& request) {
  json::object body = request.body;
  body["stream"] = true;
  json::ensure_object(body, "stream_options")["include_usage"] = true;
  return json::dump(body);
}

}  // namespace dynamo::openai
