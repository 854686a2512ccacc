#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "base/error.h"
#include "base/json.h"

namespace dynamo::chat {

/// What the files of a model say about chats, before anything of it is compiled.
struct TemplateFiles {
  /// Sources by name. The only template of a model is called "default".
  std::map<std::string, std::string, std::less<>> templates{};
  /// "bos_token" and its like, with their texts: variables that every template sees.
  json::object special_tokens{};
};

/// Reads a model's folder, or one file: a template itself, unless it ends in ".json", which stands for its
/// folder.
///
/// In a folder, files of templates win over tokenizer_config.json, as `transformers` has it:
/// 1. chat_template.jinja and additional_chat_templates/NAME.jinja;
/// 2. chat_template.json, the older form for models with images;
/// 3. `chat_template` in tokenizer_config.json: a text, a list of named ones, or an object of them.
/// Special tokens come from tokenizer_config.json; special_tokens_map.json has the last word where the former
/// does not list its added tokens. Errors: not_found without any template; invalid for broken JSON and other
/// shapes; io.
Result<TemplateFiles> read_template_files(const std::filesystem::path& path);

}  // namespace dynamo::chat
