#pragma once

#include <filesystem>
#include <memory>

#include "base/error.h"

#include "chat/chat_template.h"

namespace dynamo::frontend {

/// The chat templates of a model: its folder, a file that is a template, a GGUF file with templates in its
/// head, or a tokenizer file, which stands for its folder. In a folder without templates, those of the GGUF
/// file that describes its tokenizer. Errors: as chat::ChatTemplates::load; not_found
/// for a GGUF file without a template.
Result<std::shared_ptr<const chat::ChatTemplates>> load_templates(const std::filesystem::path& model);

}  // namespace dynamo::frontend
