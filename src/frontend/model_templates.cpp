#include "frontend/model_templates.h"

#include "tokens/gguf_metadata.h"
#include "tokens/tokenizer.h"

namespace dynamo::frontend {
namespace {

using tokens::GgufMetadata;

struct TokenMember {
  std::string_view variable;  // of templates
  std::string_view key;       // of the file; its value is an id
};

constexpr std::array kTokens{TokenMember{"bos_token", "tokenizer.ggml.bos_token_id"},
                             TokenMember{"eos_token", "tokenizer.ggml.eos_token_id"},
                             TokenMember{"unk_token", "tokenizer.ggml.unknown_token_id"},
                             TokenMember{"sep_token", "tokenizer.ggml.seperator_token_id"},
                             TokenMember{"pad_token", "tokenizer.ggml.padding_token_id"}};

json::object special_tokens(const GgufMetadata& file) {
  json::object tokens;
  const auto* vocabulary = file.texts("tokenizer.ggml.tokens");
  for (const TokenMember& member : kTokens) {
    const auto id = file.natural(member.key);
    if (id && vocabulary != nullptr && *id < vocabulary->size()) tokens[member.variable] = (*vocabulary)[*id];
  }
  return tokens;
}

Result<chat::TemplateFiles> template_files(const GgufMetadata& file) {
  chat::TemplateFiles files;
  if (const auto source = file.text("tokenizer.chat_template")) files.templates["default"] = *source;
  if (const auto* names = file.texts("tokenizer.chat_templates")) {
    for (const std::string& name : *names) {
      if (const auto source = file.text("tokenizer.chat_template." + name)) files.templates[name] = *source;
    }
  }
  if (files.templates.empty()) return fail(Errc::not_found, "the file holds no chat template");
  files.special_tokens = special_tokens(file);
  return files;
}

Result<std::shared_ptr<const chat::ChatTemplates>> load_gguf(const std::filesystem::path& path) {
  const auto file = GgufMetadata::open(path);
  if (!file) return std::unexpected(file.error());
  auto files = template_files(*file);
  if (!files) return context(path.string(), std::move(files.error()));
  auto compiled = chat::ChatTemplates::compile(std::move(*files));
  if (!compiled) return context(path.string(), std::move(compiled.error()));
  return compiled;
}

}  // namespace

Result<std::shared_ptr<const chat::ChatTemplates>> load_templates(const std::filesystem::path& model) {
  const auto extension = model.extension();
  if (extension == ".gguf") return load_gguf(model);
  const bool is_ranks = extension == ".tiktoken" || extension == ".model";
  auto templates = chat::ChatTemplates::load(is_ranks ? model.parent_path() : model);
  if (templates || templates.error().code != Errc::not_found) return templates;
  const auto file = tokens::tokenizer_file(model);
  return file && file->extension() == ".gguf" ? load_gguf(*file) : std::move(templates);
}

}  // namespace dynamo::frontend
