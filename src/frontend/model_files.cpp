#include "frontend/model_files.h"

#include "frontend/model_templates.h"

namespace dynamo::frontend {

Result<std::shared_ptr<const ModelFiles>> read_model_files(const std::filesystem::path& path) {
  auto tokenizer = tokens::Tokenizer::load(path);
  if (!tokenizer) return std::unexpected(std::move(tokenizer.error()));
  auto files = std::make_shared<ModelFiles>();
  files->path = path;
  files->tokenizer = std::move(*tokenizer);
  auto templates = load_templates(path);
  if (templates) {
    files->templates = std::move(*templates);
  } else {
    files->without_templates = templates.error().message;
  }
  return files;
}

}  // namespace dynamo::frontend
