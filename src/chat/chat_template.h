#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"

#include "chat/chat.h"
#include "chat/engine_messages.h"
#include "chat/template_files.h"
#include "jinja/template.h"

namespace dynamo::chat {

/// The chat templates of a model, compiled, with its special tokens. Immutable after loading. Threads: any.
class ChatTemplates {
 public:
  /// Reads and compiles what `path` holds (see template_files.h).
  /// Errors: as read_template_files and compile, beginning with the path.
  static Result<std::shared_ptr<const ChatTemplates>> load(const std::filesystem::path& path);

  /// Errors: as jinja::Template::parse, beginning with the template's name where there are several.
  static Result<std::shared_ptr<const ChatTemplates>> compile(TemplateFiles files);

  /// The prompt of a conversation: with arguments of a template, what `apply_chat_template` of transformers
  /// makes of them; with a request, what engines make of it. Errors: not_found for an unknown template name;
  /// unsupported where a template does what only its engine can do; too_large beyond the limits; invalid for
  /// all else that goes wrong in rendering: the conversation does not fit the template, which is its sender's
  /// fault. `words_for_client` has the short form. As messages_for_engine for requests.
  Result<std::string> render(Chat chat, const jinja::Options& options = {}) const;
  /// The same, with what `{% generation %}` blocks of the template wrote: the parts of answers. Errors: as
  /// render; invalid for a message to be continued, of which nobody knows yet what is written.
  Result<jinja::Rendering> render_with_spans(Chat chat, const jinja::Options& options = {}) const;

  /// The prompt of a chat completion request, whose whole body this is. Errors: as read_request and render.
  Result<std::string> render_request(json::object body, const jinja::Options& options = {}) const;

  /// In alphabetical order.
  std::vector<std::string> names() const;
  const json::object& special_tokens() const { return special_tokens_; }

 private:
  struct Compiled {
    std::string source;
    jinja::Template program;
    TemplateTraits traits;
  };

  ChatTemplates() = default;
  Result<const Compiled*> choose(std::string_view name, bool with_tools) const;
  Result<const Compiled*> choose_for(Chat& chat) const;
  Result<jinja::Rendering> fill_in(const Compiled& chosen, Chat chat, const jinja::Options& options) const;
  json::object variables(Chat chat) const;

  std::map<std::string, Compiled, std::less<>> templates_;
  json::object special_tokens_;
};

/// What to tell the client about an error of render: the template's own words where it raised the error
/// itself, the whole message otherwise.
std::string words_for_client(const Error& error);

}  // namespace dynamo::chat
