#include "chat/continuation.h"

#include "jinja/characters.h"
#include "jinja/text_search.h"

namespace dynamo::chat {
namespace {

// The very text that transformers uses: templates that count, cut or change case treat it alike.
constexpr std::string_view kMark = "CONTINUE_FINAL_MESSAGE_TAG ";
constexpr std::string_view kBareMark = kMark.substr(0, kMark.size() - 1);

std::string_view strip(std::string_view text) { return jinja::strip_left(jinja::strip_right(text)); }

/// `member` and the other names that the same reasoning goes by.
std::vector<std::string_view> names_of(const json::object& message, std::string_view member,
                                       const json::value& content) {
  if (std::ranges::find(kReasoningMembers, member) == kReasoningMembers.end()) return {member};
  std::vector<std::string_view> names;
  for (const std::string_view name : kReasoningMembers) {
    const json::value* other = message.if_contains(name);
    if (other != nullptr && *other == content) names.push_back(name);
  }
  return names;
}

/// Marks the last part that has a text.
Result<std::string> mark_part(json::array& parts) {
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    json::value* text = json::find(*part, {"text"});
    if (text == nullptr) continue;
    if (!text->is_string()) break;
    std::string continued(text->get_string());
    text->get_string().append(kMark);
    return continued;
  }
  return fail(Errc::invalid, "continue_final_message: the last message has no text to go on with");
}

}  // namespace

Result<Continuation> Continuation::mark(json::array& messages, std::string_view member,
                                        std::string_view source) {
  json::object& message = messages.back().get_object();
  json::value* content = message.if_contains(member);
  if (content == nullptr) {
    return fail(Errc::invalid,
                fmt::format("continue_final_message: the last message has no \"{}\" to go on with", member));
  }
  const auto names = names_of(message, member, *content);
  const auto mentioned = [&](std::string_view name) { return source.find(name) != std::string_view::npos; };
  if (std::ranges::none_of(names, mentioned)) {
    return fail(Errc::invalid,
                fmt::format("continue_final_message: the chat template never reads \"{}\"", member));
  }
  if (content->is_array()) {
    auto continued = mark_part(content->get_array());
    if (!continued) return std::unexpected(std::move(continued.error()));
    return Continuation(std::move(*continued));
  }
  if (!content->is_string()) {
    return fail(Errc::invalid, fmt::format("continue_final_message: \"{}\" must be a text", member));
  }
  std::string continued(content->get_string());
  for (const std::string_view name : names) message.at(name).get_string().append(kMark);
  return Continuation(std::move(continued));
}

Result<std::string> Continuation::cut(std::string rendered) const {
  const std::size_t at = rendered.rfind(kBareMark);
  if (at == std::string::npos || !jinja::has_text(rendered, strip(text_))) {
    return fail(
        Errc::invalid,
        "continue_final_message: the chat template does not write the last message as it is, so there is "
        "nothing to go on with");
  }
  const bool whole = std::string_view(rendered).substr(at).starts_with(kMark);
  rendered.resize(at);
  if (!whole) rendered.resize(jinja::strip_right(rendered).size());
  return rendered;
}

}  // namespace dynamo::chat
