#include "node/files.h"

#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include "process/descriptor.h"

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

Result<void> write_file(const std::string& path, std::string_view content, unsigned mode) {
  const std::string draft = path + ".draft";
  const std::string what = fmt::format("writing {}", path);
  const process::Descriptor file{::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  if (!file) return std::unexpected(system_error(what, errno));
  while (!content.empty()) {
    const auto n = ::write(file.get(), content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::unexpected(system_error(what, errno));
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  if (::fchmod(file.get(), mode) != 0 || ::rename(draft.c_str(), path.c_str()) != 0) {
    return std::unexpected(system_error(what, errno));
  }
  return {};
}

Result<void> remove_all(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error) return std::unexpected(system_error(fmt::format("removing {}", path), error.value()));
  return {};
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

}  // namespace dynamo::node
