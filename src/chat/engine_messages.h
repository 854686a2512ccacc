#pragma once

#include "base/error.h"
#include "base/json.h"

#include "chat/content_format.h"

namespace dynamo::chat {

/// What a template is written for, as far as engines look.
struct TemplateTraits {
  ContentFormat content = ContentFormat::text;
  bool knows_developer = false;  // names the role "developer"
};

/// The messages of a request as vLLM hands them to a template:
/// - `content` in the template's format; parts that hold text become `text` parts and keep members that
///   are not the API's, or are joined by newlines, empty ones left out; a system message loses the billing
///   line that some clients put before it;
/// - `tool_calls` with arguments as objects; none rather than an empty list;
/// - `reasoning`, also under its older name; `name`, `task`, `tool_call_id`; other members are dropped;
/// - the role "developer" becomes "system" where the template does not know it, all system messages then
///   in one.
/// Errors: invalid, naming the message; unsupported for images, sound and film in a template of plain
/// text, where each engine has placeholders of its own.
Result<json::array> messages_for_engine(const json::array& messages, const TemplateTraits& traits);

}  // namespace dynamo::chat
