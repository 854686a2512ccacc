#pragma once

#include <utility>

#include "base/error.h"

namespace dynamo::process {

/// Owns a file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor() { close(); }

  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }
  int release() noexcept { return std::exchange(fd_, -1); }
  void close() noexcept;

 private:
  int fd_ = -1;
};

/// Two ends, closed on exec: what is written to `write` comes out of `read`.
struct Pipe {
  Descriptor read;
  Descriptor write;
  /// Errors: too_many, io.
  static Result<Pipe> open();
};

/// Two connected stream sockets, closed on exec.
struct SocketPair {
  Descriptor ours;
  Descriptor theirs;
  /// Errors: too_many, io.
  static Result<SocketPair> open();
};

}  // namespace dynamo::process
