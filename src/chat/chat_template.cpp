#include "chat/chat_template.h"

#include "chat/continuation.h"

namespace dynamo::chat {
namespace {

constexpr std::string_view kDefault = "default";
constexpr std::string_view kToolUse = "tool_use";

/// Members that are null are absent: `content` beside tool calls, for one, and templates ask whether it is
/// there.
void drop_nulls(json::object& message) {
  const auto is_null = [](const auto& member) { return member.value().is_null(); };
  if (std::ranges::none_of(message, is_null)) return;
  json::object kept;
  for (auto& [name, member] : message) {
    if (!member.is_null()) kept.emplace(name, std::move(member));
  }
  message = std::move(kept);
}

const json::value* reasoning_of(const json::object& message) {
  for (const std::string_view name : kReasoningMembers) {
    if (const json::value* found = message.if_contains(name)) return found;
  }
  return nullptr;
}

/// Makes reasoning readable under its current name and under the one of gpt-oss, which goes first.
void alias_reasoning(json::object& message) {
  const json::value* found = reasoning_of(message);
  if (found == nullptr) return;
  json::value reasoning = *found;
  json::object aliased{{"thinking", reasoning}};
  for (auto& [name, member] : message) aliased[name] = std::move(member);
  aliased["reasoning_content"] = std::move(reasoning);
  message = std::move(aliased);
}

/// What transformers does since 5.20 to messages that it is given. Engines have prepared theirs, and vLLM
/// 0.32 renders with an older one.
void normalize(json::array& messages) {
  for (json::value& message : messages) {
    drop_nulls(message.get_object());
    alias_reasoning(message.get_object());
  }
}

bool names_developer(std::string_view source) {
  return source.find("\"developer\"") != std::string_view::npos ||
         source.find("'developer'") != std::string_view::npos;
}

}  // namespace

Result<std::shared_ptr<const ChatTemplates>> ChatTemplates::load(const std::filesystem::path& path) {
  auto files = read_template_files(path);
  if (!files) return std::unexpected(std::move(files.error()));
  auto compiled = compile(std::move(*files));
  if (!compiled) return context(path.string(), std::move(compiled.error()));
  return compiled;
}

Result<std::shared_ptr<const ChatTemplates>> ChatTemplates::compile(TemplateFiles files) {
  std::shared_ptr<ChatTemplates> made(new ChatTemplates);
  const bool several = files.templates.size() > 1;
  for (auto& [name, source] : files.templates) {
    auto program = jinja::Template::parse(source);
    if (!program && several) return context(fmt::format("template \"{}\"", name), std::move(program.error()));
    if (!program) return std::unexpected(std::move(program.error()));
    const TemplateTraits traits{.content = content_format(program->program()),
                                .knows_developer = names_developer(source)};
    made->templates_.emplace(name, Compiled{std::move(source), std::move(*program), traits});
  }
  made->special_tokens_ = std::move(files.special_tokens);
  return made;
}

std::vector<std::string> ChatTemplates::names() const {
  std::vector<std::string> names;
  for (const auto& [name, compiled] : templates_) names.push_back(name);
  return names;
}

Result<const ChatTemplates::Compiled*> ChatTemplates::choose(std::string_view name, bool with_tools) const {
  if (!name.empty()) {
    const auto named = templates_.find(name);
    if (named != templates_.end()) return &named->second;
    return fail(Errc::not_found, fmt::format("there is no chat template \"{}\"; this model has: {}", name,
                                             fmt::join(names(), ", ")));
  }
  if (with_tools) {
    if (const auto tools = templates_.find(kToolUse); tools != templates_.end()) return &tools->second;
  }
  if (const auto chosen = templates_.find(kDefault); chosen != templates_.end()) return &chosen->second;
  return fail(Errc::not_found,
              fmt::format("none of this model's chat templates is the default; name one of: {}",
                          fmt::join(names(), ", ")));
}

json::object ChatTemplates::variables(Chat chat) const {
  json::object all = special_tokens_;
  for (auto& [name, value] : chat.variables) all[name] = std::move(value);
  all["messages"] = std::move(chat.messages);
  all["tools"] = std::move(chat.tools);
  all["documents"] = std::move(chat.documents);
  all["add_generation_prompt"] = chat.add_generation_prompt;
  return all;
}

/// The template for `chat`, whose messages are prepared for it where that is asked for.
Result<const ChatTemplates::Compiled*> ChatTemplates::choose_for(Chat& chat) const {
  const auto chosen = choose(chat.template_name, !chat.tools.is_null());
  if (!chosen || chat.preparation == Preparation::none) return chosen;
  auto messages = messages_for_engine(chat.messages, (*chosen)->traits);
  if (!messages) return std::unexpected(std::move(messages.error()));
  chat.messages = std::move(*messages);
  return chosen;
}

Result<jinja::Rendering> ChatTemplates::fill_in(const Compiled& chosen, Chat chat,
                                                const jinja::Options& options) const {
  auto rendering = chosen.program.render_with_spans(variables(std::move(chat)), options);
  if (rendering) return rendering;
  Errc& code = rendering.error().code;
  if (code != Errc::unsupported && code != Errc::too_large) code = Errc::invalid;
  return rendering;
}

Result<jinja::Rendering> ChatTemplates::render_with_spans(Chat chat, const jinja::Options& options) const {
  if (!chat.continued.empty()) {
    return fail(Errc::invalid, "continue_final_message leaves open what the model is going to write");
  }
  const auto chosen = choose_for(chat);
  if (!chosen) return std::unexpected(chosen.error());
  if (chat.preparation == Preparation::none) normalize(chat.messages);
  return fill_in(**chosen, std::move(chat), options);
}

Result<std::string> ChatTemplates::render(Chat chat, const jinja::Options& options) const {
  const auto chosen = choose_for(chat);
  if (!chosen) return std::unexpected(chosen.error());
  if (chat.preparation == Preparation::none) normalize(chat.messages);
  std::optional<Continuation> continuation;
  if (!chat.continued.empty()) {
    auto marked = Continuation::mark(chat.messages, chat.continued, (*chosen)->source);
    if (!marked) return std::unexpected(std::move(marked.error()));
    continuation = std::move(*marked);
  }
  auto rendering = fill_in(**chosen, std::move(chat), options);
  if (!rendering) return std::unexpected(std::move(rendering.error()));
  return continuation ? continuation->cut(std::move(rendering->text)) : std::move(rendering->text);
}

Result<std::string> ChatTemplates::render_request(json::object body, const jinja::Options& options) const {
  auto chat = read_request(std::move(body));
  if (!chat) return std::unexpected(std::move(chat.error()));
  return render(std::move(*chat), options);
}

std::string words_for_client(const Error& error) {
  const auto raised = jinja::raised_message(error);
  return raised ? std::string(*raised) : error.message;
}

}  // namespace dynamo::chat
