#include "process/mounts.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/descriptor.h"

namespace dynamo::process {
namespace {

Result<void> write_file(const char* path, const std::string& text) {
  const Descriptor file{::open(path, O_WRONLY | O_CLOEXEC)};
  const auto size = static_cast<ssize_t>(text.size());
  if (file && ::write(file.get(), text.data(), text.size()) == size) return {};
  return std::unexpected(system_error(fmt::format("writing {}", path), errno));
}

/// A user namespace in which we are who we were, with the right to mount.
Result<void> enter_user_namespace() {
  const uid_t user = ::geteuid();
  const gid_t group = ::getegid();
  if (::unshare(CLONE_NEWUSER) != 0) return std::unexpected(system_error("making a user namespace", errno));
  if (auto denied = write_file("/proc/self/setgroups", "deny"); !denied) return denied;
  if (auto mapped = write_file("/proc/self/uid_map", fmt::format("{} {} 1", user, user)); !mapped)
    return mapped;
  return write_file("/proc/self/gid_map", fmt::format("{} {} 1", group, group));
}

Result<void> enter_mount_namespace() {
  if (::unshare(CLONE_NEWNS) != 0) {
    if (errno != EPERM) return std::unexpected(system_error("making a mount namespace", errno));
    if (auto entered = enter_user_namespace(); !entered) return entered;
    if (::unshare(CLONE_NEWNS) != 0) return std::unexpected(system_error("making a mount namespace", errno));
  }
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    return std::unexpected(system_error("making the mounts private", errno));
  }
  return {};
}

Result<void> bind(const BindMount& mount) {
  const std::string what = fmt::format("mounting {} at {}", mount.source, mount.target);
  if (::mount(mount.source.c_str(), mount.target.c_str(), nullptr, MS_BIND | MS_REC, nullptr) != 0) {
    return std::unexpected(system_error(what, errno));
  }
  if (!mount.read_only) return {};
  if (::mount(nullptr, mount.target.c_str(), nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr) != 0) {
    return std::unexpected(system_error(what + " read-only", errno));
  }
  return {};
}

}  // namespace

Result<void> enter_private_mounts(const std::vector<BindMount>& mounts) {
  if (auto entered = enter_mount_namespace(); !entered) {
    return fail(Errc::unsupported, std::move(entered.error().message));
  }
  for (const BindMount& mount : mounts) {
    if (auto bound = bind(mount); !bound) return bound;
  }
  return {};
}

bool private_mounts_allowed() {
  const pid_t pid = ::fork();
  if (pid < 0) return false;
  if (pid == 0) ::_exit(enter_mount_namespace() ? 0 : 1);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace dynamo::process
