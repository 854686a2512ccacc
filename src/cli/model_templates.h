#pragma once

#include <filesystem>
#include <memory>

#include "base/error.h"

#include "chat/chat_template.h"

namespace dynamo::cli {

/// The chat templates of a model: its folder, a file that is a template, or a GGUF file with templates in its
/// head. Errors: as chat::ChatTemplates::load; not_found for a GGUF file without a template.
Result<std::shared_ptr<const chat::ChatTemplates>> load_templates(const std::filesystem::path& model);

}  // namespace dynamo::cli
