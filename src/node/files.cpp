#include "node/files.h"

#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace dynamo::node {

Result<void> make_folders(const std::string& folder) {
  for (auto slash = folder.find('/', 1);; slash = folder.find('/', slash + 1)) {
    const std::string part = folder.substr(0, slash);
    if (::mkdir(part.c_str(), 0700) != 0 && errno != EEXIST) {
      return std::unexpected(system_error(fmt::format("making the folder {}", part), errno));
    }
    if (slash == std::string::npos) return {};
  }
}

Result<void> remove_all(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error) return std::unexpected(system_error(fmt::format("removing {}", path), error.value()));
  return {};
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

}  // namespace dynamo::node
