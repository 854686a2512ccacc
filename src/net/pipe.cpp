#include <fcntl.h>
#include <unistd.h>

#include "net/attempt.h"
#include "net/stream.h"

namespace dynamo::net {
namespace {

using State = Attempt::State;

class PipeStream final : public Stream {
 public:
  PipeStream(Loop& loop, int fd) : Stream(loop, fd), fd_(fd) {}

  Attempt try_read(std::span<char> into) override {
    const auto n = ::read(fd_, into.data(), into.size());
    if (n > 0) return {.state = State::done, .bytes = static_cast<std::size_t>(n)};
    if (n == 0) return {.state = State::closed};
    if (!would_block(errno)) return failed_attempt(errno);
    not_readable();
    return {.state = State::again_when_readable};
  }

  Attempt try_write(std::string_view bytes) override {
    const auto n = ::write(fd_, bytes.data(), bytes.size());
    if (n >= 0) return {.state = State::done, .bytes = static_cast<std::size_t>(n)};
    if (!would_block(errno)) return failed_attempt(errno);
    not_writable();
    return {.state = State::again_when_writable};
  }

  void shutdown_write() override {}

 private:
  int fd_;
};

}  // namespace

std::unique_ptr<Stream> open_pipe_stream(Loop& loop, int fd) {
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  return std::make_unique<PipeStream>(loop, fd);
}

}  // namespace dynamo::net
