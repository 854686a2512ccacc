#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/error.h"

#include "chat/chat_template.h"
#include "tokens/tokenizer.h"

namespace dynamo::frontend {

/// What the frontend read of a model's own files. Immutable: any thread may use it.
struct ModelFiles {
  std::filesystem::path path;
  std::shared_ptr<const tokens::Tokenizer> tokenizer;
  std::shared_ptr<const chat::ChatTemplates> templates{};  // null: chats are the engine's business
  std::string without_templates{};                         // why
};

/// Reads the tokenizer of a model directory or file, and its chat template, without which it does as well.
/// Takes tenths of a second: not for the loop's thread. Errors: as tokens::Tokenizer::load.
Result<std::shared_ptr<const ModelFiles>> read_model_files(const std::filesystem::path& path);

}  // namespace dynamo::frontend
