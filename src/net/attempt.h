#pragma once

#include <cerrno>

#include "net/stream.h"

/// What the result of a non-blocking system call means, shared by the kinds of streams.
namespace dynamo::net {

inline bool would_block(int error) noexcept {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

inline Attempt failed_attempt(int error) noexcept {
  const bool reset = error == ECONNRESET || error == EPIPE;
  return {.state = reset ? Attempt::State::closed : Attempt::State::failed, .bytes = 0, .error = error};
}

}  // namespace dynamo::net
