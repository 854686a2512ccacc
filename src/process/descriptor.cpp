#include "process/descriptor.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace dynamo::process {

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this == &other) return *this;
  close();
  fd_ = other.release();
  return *this;
}

void Descriptor::close() noexcept {
  if (fd_ >= 0) ::close(release());
}

Result<Pipe> Pipe::open() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return std::unexpected(system_error("opening a pipe", errno));
  return Pipe{Descriptor{ends[0]}, Descriptor{ends[1]}};
}

Result<SocketPair> SocketPair::open() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return std::unexpected(system_error("opening a socket pair", errno));
  }
  return SocketPair{Descriptor{ends[0]}, Descriptor{ends[1]}};
}

}  // namespace dynamo::process
