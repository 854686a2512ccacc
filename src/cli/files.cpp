#include "cli/files.h"

#include <algorithm>
#include <filesystem>
#include <unistd.h>

#include "base/file.h"

namespace dynamo::cli {
namespace {

namespace fs = std::filesystem;

bool is_manifest(const fs::path& path) {
  const auto extension = path.extension();
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

Result<std::vector<std::string>> manifests_of(const std::string& directory) {
  std::error_code error;
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    if (entry.is_regular_file() && is_manifest(entry.path())) names.push_back(entry.path().string());
  }
  if (error) return std::unexpected(system_error(directory, error.value()));
  if (names.empty())
    return fail(Errc::invalid, fmt::format("{} holds no *.yaml, *.yml or *.json file", directory));
  std::ranges::sort(names);
  return names;
}

}  // namespace

Result<up::ManifestText> read_file_or_stdin(const std::string& name) {
  const bool is_stdin = name == "-";
  auto text = is_stdin ? read_all(STDIN_FILENO, "<stdin>") : read_file(name);
  if (!text) return std::unexpected(std::move(text.error()));
  return up::ManifestText{is_stdin ? "<stdin>" : name, std::move(*text)};
}

Result<std::vector<up::ManifestText>> read_inputs(const std::vector<std::string>& names) {
  std::vector<up::ManifestText> out;
  for (const std::string& name : names) {
    std::vector<std::string> files{name};
    std::error_code error;
    if (name != "-" && fs::is_directory(name, error)) {
      auto found = manifests_of(name);
      if (!found) return std::unexpected(std::move(found.error()));
      files = std::move(*found);
    }
    for (const std::string& file : files) {
      auto input = read_file_or_stdin(file);
      if (!input) return std::unexpected(std::move(input.error()));
      out.push_back(std::move(*input));
    }
  }
  return out;
}

}  // namespace dynamo::cli
