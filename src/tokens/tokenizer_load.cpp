#include <fstream>

#include "base/file.h"

#include "tokens/gguf.h"
#include "tokens/parts.h"
#include "tokens/tiktoken.h"
#include "tokens/tokenizer.h"

namespace dynamo::tokens {
namespace {

namespace fs = std::filesystem;

using Loaded = Result<std::shared_ptr<const Tokenizer>>;

/// The first of a model's split GGUF files, or its only one. Errors: invalid when there are several models.
Result<std::optional<fs::path>> gguf_in(const fs::path& directory) {
  std::error_code error;
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    const bool is_later_part =
        name.find("-of-") != std::string::npos && name.find("-00001-of-") == std::string::npos;
    if (entry.path().extension() == ".gguf" && !is_later_part) found.push_back(entry.path());
  }
  if (error) return std::unexpected(system_error(directory.string(), error.value()));
  if (found.size() > 1) {
    return fail(Errc::invalid,
                fmt::format("{} holds {} *.gguf files: name one", directory.string(), found.size()));
  }
  return found.empty() ? std::optional<fs::path>{} : std::optional(found.front());
}

std::optional<fs::path> tiktoken_in(const fs::path& directory) {
  std::error_code error;
  for (const char* name : {"tiktoken.model", "tokenizer.model"}) {
    if (fs::exists(directory / name, error)) return directory / name;
  }
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    if (entry.path().extension() == ".tiktoken") return entry.path();
  }
  return std::nullopt;
}

Result<fs::path> tokenizer_in(const fs::path& directory) {
  std::error_code error;
  if (fs::exists(directory / "tokenizer.json", error)) return directory / "tokenizer.json";
  auto gguf = gguf_in(directory);
  if (!gguf) return std::unexpected(std::move(gguf.error()));
  if (*gguf) return **gguf;
  if (auto ranks = tiktoken_in(directory)) return *ranks;
  return fail(
      Errc::not_found,
      fmt::format("{} holds no tokenizer.json, *.gguf, *.tiktoken or tokenizer.model", directory.string()));
}

enum class FileKind : std::uint8_t { json, gguf, tiktoken };

/// By how the file begins; its name only says what a broken one was meant to be.
Result<FileKind> kind_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::unexpected(system_error(file.string(), errno));
  std::string head(4, '\0');
  in.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(in.gcount()));
  if (head == "GGUF" || file.extension() == ".gguf") return FileKind::gguf;
  const bool is_ranks = file.extension() == ".tiktoken" || file.extension() == ".model";
  return is_ranks ? FileKind::tiktoken : FileKind::json;
}

Result<Parts> read_gguf(const fs::path& file) {
  const auto metadata = GgufMetadata::open(file);
  if (!metadata) return std::unexpected(metadata.error());
  auto parts = parts_from_gguf(*metadata);
  if (!parts) return context(file.string(), std::move(parts.error()));
  return parts;
}

/// Special tokens stand in the configuration beside the file, if anywhere.
Result<Parts> read_tiktoken(const fs::path& file) {
  const auto text = read_file(file.string());
  if (!text) return std::unexpected(text.error());
  std::vector<std::pair<std::string, TokenId>> special;
  const fs::path config = file.parent_path() / "tokenizer_config.json";
  if (const auto beside = read_file(config.string())) {
    auto listed = special_tokens_of_config(*beside);
    if (!listed) return context(config.string(), std::move(listed.error()));
    special = std::move(*listed);
  }
  auto parts = parts_from_tiktoken(*text, std::move(special));
  if (!parts) return context(file.string(), std::move(parts.error()));
  return parts;
}

bool begins_an_object(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  return begin != std::string_view::npos && text[begin] == '{';
}

Result<Parts> read_json(const fs::path& file) {
  const auto text = read_file(file.string());
  if (!text) return std::unexpected(text.error());
  if (!begins_an_object(*text)) {
    return fail(Errc::invalid,
                fmt::format("{}: neither a tokenizer.json nor a *.gguf or *.tiktoken file", file.string()));
  }
  auto parts = parts_from_json(*text);
  if (!parts) return context(file.string(), std::move(parts.error()));
  return parts;
}

Result<Parts> read_parts(const fs::path& file) {
  const auto kind = kind_of(file);
  if (!kind) return std::unexpected(kind.error());
  switch (*kind) {
    case FileKind::json:
      return read_json(file);
    case FileKind::gguf:
      return read_gguf(file);
    case FileKind::tiktoken:
      return read_tiktoken(file);
  }
  return fail(Errc::internal, "there is no such kind of file");
}

}  // namespace

Result<fs::path> tokenizer_file(const fs::path& directory_or_file) {
  std::error_code error;
  if (!fs::is_directory(directory_or_file, error)) return directory_or_file;
  return tokenizer_in(directory_or_file);
}

Loaded Tokenizer::load(const fs::path& directory_or_file) {
  const auto file = tokenizer_file(directory_or_file);
  if (!file) return std::unexpected(file.error());
  auto parts = read_parts(*file);
  if (!parts) return std::unexpected(std::move(parts.error()));
  auto tokenizer = assemble(std::move(*parts));
  if (!tokenizer) return context(file->string(), std::move(tokenizer.error()));
  return tokenizer;
}

}  // namespace dynamo::tokens
