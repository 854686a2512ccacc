#include "chat/engine_messages.h"

#include "chat/engine_tools.h"

namespace dynamo::chat {
namespace {

/// How one type of part is handed on: the text of its member `text`, or as a medium without its content.
struct PartType {
  std::string_view type;
  std::string_view text;    // empty for media
  std::string_view medium;  // what templates know the medium as
};

constexpr std::array kPartTypes{
    PartType{"text", "text", {}},         PartType{"input_text", "text", {}},
    PartType{"output_text", "text", {}},  PartType{"refusal", "refusal", {}},
    PartType{"thinking", "thinking", {}}, PartType{"image_url", {}, "image"},
    PartType{"input_image", {}, "image"}, PartType{"image", {}, "image"},
    PartType{"input_audio", {}, "audio"}, PartType{"audio_url", {}, "audio"},
    PartType{"video_url", {}, "video"},
};

const PartType* find_part_type(std::string_view type) {
  const auto found = std::ranges::find(kPartTypes, type, &PartType::type);
  return found == kPartTypes.end() ? nullptr : &*found;
}

/// Members that parts of the API have. A part of text keeps all others, such as `cache_control`.
constexpr std::array<std::string_view, 18> kPartMembers{"audio_embeds",
                                                        "audio_url",
                                                        "closed",
                                                        "data",
                                                        "file",
                                                        "image_embeds",
                                                        "image_pil",
                                                        "image_url",
                                                        "input_audio",
                                                        "name",
                                                        "prompt_cache_breakpoint",
                                                        "refusal",
                                                        "text",
                                                        "thinking",
                                                        "type",
                                                        "uuid",
                                                        "video_embeds",
                                                        "video_url"};

/// A line that a client puts before its system prompt and that differs with every request: with it, no prefix
/// would ever be found in a cache.
constexpr std::string_view kBillingLine = "x-anthropic-billing-header";

std::optional<std::string_view> without_billing_line(std::string_view text) {
  if (!text.starts_with(kBillingLine)) return text;
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos || end + 1 == text.size()) return std::nullopt;
  return text.substr(end + 1);
}

/// Parts with text, and media, which a template of plain text has no place for.
class PartReader {
 public:
  PartReader(ContentFormat format, std::string_view role) : format_(format), is_system_(role == "system") {}

  Result<void> read(const json::value& part) {
    if (part.is_string()) {
      add_text(part.get_string());
      return {};
    }
    const std::string_view name = json::string_at(part, {"type"});
    const PartType* type = find_part_type(name);
    if (type == nullptr) {
      return fail(Errc::invalid, fmt::format("\"{}\" is not a type of content that chats can hold", name));
    }
    return type->text.empty() ? add_medium(*type) : add_text_of(part, *type);
  }

  json::value content() && {
    if (format_ == ContentFormat::parts) return std::move(parts_);
    return json::string(text_);
  }

 private:
  Result<void> add_text_of(const json::value& part, const PartType& type) {
    const json::value* text = json::find(part, {type.text});
    if (text == nullptr || text->is_null()) return {};
    if (!text->is_string()) return fail(Errc::invalid, fmt::format("\"{}\" must be a text", type.text));
    add_text(text->get_string(), part.get_object());
    return {};
  }

  Result<void> add_medium(const PartType& type) {
    if (format_ == ContentFormat::text) {
      return fail(Errc::unsupported,
                  fmt::format("the chat template takes plain text only, and here is a part of type \"{}\"",
                              type.type));
    }
    parts_.push_back(json::object{{"type", type.medium}});
    return {};
  }

  /// `part` is what the text came in.
  void add_text(std::string_view text, const json::object& part = {}) {
    const auto told = is_system_ ? without_billing_line(text) : text;
    if (!told) return;
    if (format_ == ContentFormat::parts) {
      json::object added{{"type", "text"}, {"text", *told}};
      for (const auto& [name, member] : part) {
        if (std::ranges::find(kPartMembers, std::string_view(name)) == kPartMembers.end())
          added[name] = member;
      }
      parts_.push_back(std::move(added));
      return;
    }
    if (told->empty()) return;
    if (!text_.empty()) text_ += '\n';
    text_ += *told;
  }

  ContentFormat format_;
  bool is_system_;
  json::array parts_;
  std::string text_;
};

Result<json::value> content_for_engine(const json::object& message, std::string_view role,
                                       ContentFormat format) {
  PartReader reader(format, role);
  const json::value* content = message.if_contains("content");
  if (content == nullptr || content->is_null()) return std::move(reader).content();
  if (content->is_string()) {
    if (auto read = reader.read(*content); !read) return std::unexpected(read.error());
    return std::move(reader).content();
  }
  if (!content->is_array()) return fail(Errc::invalid, "content must be a text or an array of parts");
  for (const json::value& part : content->get_array()) {
    if (auto read = reader.read(part); !read) return std::unexpected(read.error());
  }
  return std::move(reader).content();
}

bool is_text_part(const json::value& part) { return json::string_at(part, {"type"}) == "text"; }

/// The texts of parts, by `separator`; parts without one are left out.
std::string joined_texts(const json::array& parts, std::string_view separator) {
  std::vector<std::string_view> texts;
  for (const json::value& part : parts) {
    if (const json::value* text = json::find(part, {"text"})) texts.emplace_back(text->get_string());
  }
  return fmt::format("{}", fmt::join(texts, separator));
}

/// Results of tools are plain text to nearly all templates, so their texts are joined whatever the format.
void join_tool_result(json::object& prepared) {
  json::value& content = prepared["content"];
  if (!content.is_array() || !std::ranges::all_of(content.get_array(), is_text_part)) return;
  content = joined_texts(content.get_array(), "\n");
}

const json::value* if_text(const json::object& message, std::string_view name) {
  const json::value* member = message.if_contains(name);
  return member != nullptr && member->is_string() ? member : nullptr;
}

void add_tool_calls(const json::object& message, json::object& prepared) {
  const json::value* calls = message.if_contains("tool_calls");
  if (calls == nullptr || !calls->is_array() || calls->get_array().empty()) return;
  prepared["tool_calls"] = tool_calls_for_engine(calls->get_array());
}

void add_reasoning(const json::object& message, json::object& prepared) {
  const json::value* reasoning = if_text(message, "reasoning");
  if (reasoning == nullptr) reasoning = if_text(message, "reasoning_content");
  if (reasoning == nullptr) return;
  prepared["reasoning"] = *reasoning;
  prepared["reasoning_content"] = *reasoning;
}

Result<void> check_tool_calls(const json::object& message) {
  const json::value* calls = message.if_contains("tool_calls");
  if (calls == nullptr || calls->is_null()) return {};
  if (!calls->is_array()) return fail(Errc::invalid, "tool_calls must be an array");
  for (const json::value& call : calls->get_array()) {
    const json::value* function = json::find(call, {"function"});
    if (function == nullptr || !function->is_object() ||
        json::string_at(call, {"type"}, "function") != "function") {
      return fail(Errc::invalid, "each of tool_calls must be of type \"function\" and have a \"function\"");
    }
  }
  return {};
}

Result<json::object> message_for_engine(const json::object& message, ContentFormat format) {
  const json::value* role = if_text(message, "role");
  if (role == nullptr) return fail(Errc::invalid, "role must be a text");
  if (auto checked = check_tool_calls(message); !checked) return std::unexpected(checked.error());
  const std::string_view who = role->get_string();
  auto content = content_for_engine(message, who, format);
  if (!content) return std::unexpected(std::move(content.error()));
  json::object prepared{{"role", *role}, {"content", std::move(*content)}};
  if (who == "assistant") {
    add_tool_calls(message, prepared);
    add_reasoning(message, prepared);
  } else if (who == "tool") {
    if (const json::value* id = message.if_contains("tool_call_id")) prepared["tool_call_id"] = *id;
    join_tool_result(prepared);
  }
  for (const std::string_view member : {"name", "task"}) {
    if (const json::value* text = if_text(message, member)) prepared[member] = *text;
  }
  if (who == "developer") {
    const json::value* tools = message.if_contains("tools");
    prepared["tools"] = tools == nullptr ? json::value{} : *tools;
  }
  return prepared;
}

bool has_role(const json::value& message, std::string_view role) {
  return json::string_at(message, {"role"}) == role;
}

void call_developers_system(json::array& messages) {
  for (json::value& message : messages) {
    if (!has_role(message, "developer")) continue;
    message.get_object()["role"] = "system";
    message.get_object().erase("tools");
  }
}

std::string text_of(const json::value& content) {
  if (content.is_array()) return joined_texts(content.get_array(), "\n");
  return content.is_string() ? std::string(content.get_string()) : std::string{};
}

/// All system messages in one at the front, unless that is the only one already.
void merge_system_messages(json::array& messages) {
  const auto is_system = [](const json::value& message) { return has_role(message, "system"); };
  if (std::none_of(messages.begin() + 1, messages.end(), is_system)) return;
  std::vector<std::string> texts;
  json::array merged{json::value{}};
  for (json::value& message : messages) {
    if (!is_system(message)) {
      merged.push_back(std::move(message));
    } else if (std::string text = text_of(message.at("content")); !text.empty()) {
      texts.push_back(std::move(text));
    }
  }
  merged.front() = json::object{{"role", "system"}, {"content", fmt::format("{}", fmt::join(texts, "\n\n"))}};
  messages = std::move(merged);
}

}  // namespace

Result<json::array> messages_for_engine(const json::array& messages, const TemplateTraits& traits) {
  json::array prepared;
  prepared.reserve(messages.size());
  for (std::size_t i = 0; i < messages.size(); ++i) {
    auto message = message_for_engine(messages[i].get_object(), traits.content);
    if (!message) return context(fmt::format("messages[{}]", i), std::move(message.error()));
    prepared.push_back(std::move(*message));
  }
  const auto is_developer = [](const json::value& message) { return has_role(message, "developer"); };
  if (!traits.knows_developer && std::ranges::any_of(prepared, is_developer)) {
    call_developers_system(prepared);
    merge_system_messages(prepared);
  }
  return prepared;
}

}  // namespace dynamo::chat
