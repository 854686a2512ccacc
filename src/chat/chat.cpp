#include "chat/chat.h"

#include "chat/engine_tools.h"

namespace dynamo::chat {
namespace {

/// Moves the member `name` out of `from`; null when it is absent.
json::value take(json::object& from, std::string_view name) {
  json::value* member = from.if_contains(name);
  return member == nullptr ? json::value{} : std::exchange(*member, nullptr);
}

Result<void> check_objects(std::string_view name, const json::array& list) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!list[i].is_object()) return fail(Errc::invalid, fmt::format("{}[{}] must be an object", name, i));
  }
  return {};
}

/// An array of objects, or null.
Result<json::value> take_list(json::object& from, std::string_view name) {
  json::value list = take(from, name);
  if (list.is_null()) return list;
  if (!list.is_array()) return fail(Errc::invalid, fmt::format("{} must be an array", name));
  if (auto checked = check_objects(name, list.get_array()); !checked) return std::unexpected(checked.error());
  return list;
}

Result<json::array> take_messages(json::object& from) {
  auto messages = take_list(from, "messages");
  if (!messages) return std::unexpected(std::move(messages.error()));
  if (messages->is_null()) return fail(Errc::invalid, "messages is missing");
  if (messages->get_array().empty()) return fail(Errc::invalid, "messages must hold at least one message");
  return std::move(messages->get_array());
}

Result<bool> take_flag(json::object& from, std::string_view name, bool fallback) {
  const json::value flag = take(from, name);
  if (flag.is_null()) return fallback;
  if (!flag.is_bool()) return fail(Errc::invalid, fmt::format("{} must be true or false", name));
  return flag.get_bool();
}

/// The member to continue: `continue_final_message` is a boolean or the member's name.
Result<std::string> take_continued(json::object& from) {
  const json::value continued = take(from, "continue_final_message");
  if (continued.is_null()) return std::string{};
  if (continued.is_bool()) return std::string(continued.get_bool() ? "content" : "");
  if (continued.is_string()) return std::string(continued.get_string());
  return fail(Errc::invalid, "continue_final_message must be true, false or the name of a member");
}

Result<json::object> take_kwargs(json::object& from) {
  json::value kwargs = take(from, "chat_template_kwargs");
  if (kwargs.is_null()) return json::object{};
  if (!kwargs.is_object()) return fail(Errc::invalid, "chat_template_kwargs must be an object");
  return std::move(kwargs.get_object());
}

Result<std::string> take_template_name(json::object& from) {
  const json::value name = take(from, "chat_template");
  if (name.is_null()) return std::string{};
  if (!name.is_string()) return fail(Errc::invalid, "chat_template must be the name of a template");
  return std::string(name.get_string());
}

/// What both forms have in common, moved out of `from`.
Result<Chat> take_common(json::object& from, bool add_generation_prompt) {
  auto messages = take_messages(from);
  if (!messages) return std::unexpected(std::move(messages.error()));
  auto tools = take_list(from, "tools");
  if (!tools) return std::unexpected(std::move(tools.error()));
  auto documents = take_list(from, "documents");
  if (!documents) return std::unexpected(std::move(documents.error()));
  const auto add = take_flag(from, "add_generation_prompt", add_generation_prompt);
  if (!add) return std::unexpected(add.error());
  auto continued = take_continued(from);
  if (!continued) return std::unexpected(std::move(continued.error()));
  if (*add && !continued->empty()) {
    return fail(
        Errc::invalid,
        "continue_final_message goes on with the last message and add_generation_prompt begins a new one: "
        "only one of them can be true");
  }
  return Chat{.messages = std::move(*messages),
              .tools = std::move(*tools),
              .documents = std::move(*documents),
              .add_generation_prompt = *add,
              .continued = std::move(*continued)};
}

bool is_argument(std::string_view name) {
  static constexpr std::array kArguments{
      std::string_view("messages"),      std::string_view("tools"),
      std::string_view("documents"),     std::string_view("add_generation_prompt"),
      std::string_view("chat_template"), std::string_view("continue_final_message"),
      std::string_view("tokenize"),      std::string_view("chat_template_kwargs")};
  return std::ranges::find(kArguments, name) != kArguments.end();
}

/// Variables that engines derive from the request; what `chat_template_kwargs` says itself stands.
void add_reasoning_effort(json::object& variables, json::value effort) {
  if (!effort.is_string()) return;
  if (!variables.contains("enable_thinking")) variables["enable_thinking"] = effort.get_string() != "none";
  variables["reasoning_effort"] = std::move(effort);
}

Result<void> refuse_own_template(const json::object& body, const json::object& kwargs) {
  const json::value* own = body.if_contains("chat_template");
  if (own != nullptr && !own->is_null()) {
    return fail(Errc::invalid, "chat_template: a request cannot bring a template of its own");
  }
  for (const std::string_view name : {"chat_template", "tokenize"}) {
    if (kwargs.contains(name)) {
      return fail(Errc::invalid, fmt::format("chat_template_kwargs must not hold \"{}\"", name));
    }
  }
  return {};
}

}  // namespace

Result<Chat> read_arguments(json::object arguments) {
  auto chat = take_common(arguments, false);
  if (!chat) return chat;
  auto name = take_template_name(arguments);
  if (!name) return std::unexpected(std::move(name.error()));
  auto kwargs = take_kwargs(arguments);
  if (!kwargs) return std::unexpected(std::move(kwargs.error()));
  chat->template_name = std::move(*name);
  for (auto& [key, value] : arguments) {
    if (!is_argument(key)) chat->variables[key] = std::move(value);
  }
  for (auto& [key, value] : *kwargs) chat->variables[key] = std::move(value);
  return chat;
}

Result<Chat> read_request(json::object body) {
  auto chat = take_common(body, true);
  if (!chat) return chat;
  auto kwargs = take_kwargs(body);
  if (!kwargs) return std::unexpected(std::move(kwargs.error()));
  if (auto trusted = refuse_own_template(body, *kwargs); !trusted) return std::unexpected(trusted.error());
  chat->preparation = Preparation::engine;
  chat->variables = std::move(*kwargs);
  add_reasoning_effort(chat->variables, take(body, "reasoning_effort"));
  if (chat->tools.is_array()) chat->tools = tools_for_engine(chat->tools.get_array());
  return chat;
}

}  // namespace dynamo::chat
