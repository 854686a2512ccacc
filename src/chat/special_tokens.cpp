#include "chat/special_tokens.h"

namespace dynamo::chat {
namespace {

/// The text of a token in either of its forms; null when it is neither.
const json::string* token_text(const json::value& token) {
  const json::value* content = token.is_object() ? token.get_object().if_contains("content") : &token;
  return content == nullptr ? nullptr : content->if_string();
}

void add(json::object& tokens, std::string_view name, const json::value& token) {
  if (const json::string* text = token_text(token)) {
    tokens[name] = *text;
  } else if (token.is_null()) {
    tokens.erase(name);
  }
}

void add_all(json::object& tokens, const json::object& file) {
  for (const auto& [name, token] : file) {
    if (std::string_view(name).ends_with("_token")) add(tokens, name, token);
  }
  const json::value* extra = file.if_contains("extra_special_tokens");
  if (extra == nullptr || !extra->is_object()) return;
  for (const auto& [name, token] : extra->get_object()) add(tokens, name, token);
}

}  // namespace

json::object special_tokens(const json::object& config, const json::object& map) {
  json::object tokens;
  add_all(tokens, config);
  if (!config.contains("added_tokens_decoder")) add_all(tokens, map);
  return tokens;
}

}  // namespace dynamo::chat
