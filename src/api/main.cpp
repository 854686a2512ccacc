#include <filesystem>
#include <fstream>
#include <iostream>

#include "api/crd.h"
#include "api/reference.h"
#include "base/yaml.h"

/// Writes the files that are generated from the field lists into a source tree; tests fail when they are
/// stale. Usage: api_generate SOURCE_DIR, or `cmake --build build/dev --target api_files`.
int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: api_generate SOURCE_DIR\n";
    return 2;
  }
  const std::filesystem::path root(argv[1]);
  const auto write = [&](const std::filesystem::path& file, const std::string& text) {
    std::filesystem::create_directories((root / file).parent_path());
    std::ofstream out(root / file, std::ios::binary);
    out << text;
    return out.good();
  };
  bool good = write("docs/reference/api.md", dynamo::api::reference_markdown());
  for (const auto& document : dynamo::api::crd_documents()) {
    const auto name = dynamo::json::string_at(document, {"metadata", "name"});
    good = write(fmt::format("tests/golden/crds/{}.yaml", name), dynamo::yaml::emit(document)) && good;
  }
  return good ? 0 : 1;
}
