#include "up/lock.h"

#include <charconv>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace dynamo::up {
namespace {

pid_t pid_in(int fd) {
  char text[32];
  const auto n = ::pread(fd, text, sizeof text, 0);
  pid_t pid = 0;
  if (n > 0) std::from_chars(text, text + n, pid);
  return pid;
}

}  // namespace

Result<Lock> Lock::take(const std::string& path) {
  process::Descriptor file{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (!file) return std::unexpected(system_error(fmt::format("opening {}", path), errno));
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(Errc::already_exists,
                fmt::format("a platform runs already, as process {}", pid_in(file.get())));
  }
  const std::string pid = fmt::format("{}\n", ::getpid());
  if (::ftruncate(file.get(), 0) != 0 || ::pwrite(file.get(), pid.data(), pid.size(), 0) < 0) {
    return std::unexpected(system_error(fmt::format("writing {}", path), errno));
  }
  return Lock(std::move(file));
}

pid_t lock_holder(const std::string& path) {
  const process::Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file || ::flock(file.get(), LOCK_SH | LOCK_NB) == 0) return 0;
  return pid_in(file.get());
}

}  // namespace dynamo::up
