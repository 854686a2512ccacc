#include "net/stream.h"

#include <sys/epoll.h>
#include <unistd.h>

#include "net/address.h"

namespace dynamo::net {

using State = Attempt::State;

Stream::Stream(Loop& loop, int fd) : loop_(loop), fd_(fd) {
  // Only ENOMEM and the descriptor limit can make this fail; the stream then reports itself aborted.
  if (!loop.watch(fd, *this)) aborted_ = true;
}

Stream::~Stream() {
  const int fd = release();
  if (fd >= 0) ::close(fd);
}

int Stream::release() {
  if (fd_ >= 0) loop_.unwatch(fd_, *this);
  return std::exchange(fd_, -1);
}

void Stream::fd_ready(std::uint32_t events) {
  const bool hung_up = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  if (hung_up) peer_closed_ = true;
  if (hung_up || (events & EPOLLIN) != 0) readable_ = true;
  if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) writable_ = true;

  const auto reader = readable_ ? std::exchange(reader_, {}) : nullptr;
  const auto writer = writable_ ? std::exchange(writer_, {}) : nullptr;
  if (hung_up && !reader && on_peer_closed_) std::exchange(on_peer_closed_, {})();
  // Nothing of this object may be touched after a resumption: it can destroy the stream.
  if (reader && writer) loop_.resume_soon(writer);
  if (reader) {
    reader.resume();
  } else if (writer) {
    writer.resume();
  }
}

void Stream::abort() {
  aborted_ = true;
  if (reader_) loop_.resume_soon(std::exchange(reader_, {}));
  if (writer_) loop_.resume_soon(std::exchange(writer_, {}));
}

/// One timer serves both directions and is moved only when it would come too late, so that a deadline that
/// moves on with every read costs no more than a comparison.
void Stream::arm(TimePoint deadline) {
  if (!timer_) timer_.emplace(loop_, [this] { check_deadlines(); });
  if (!timer_->armed() || deadline < timer_->when()) timer_->arm(deadline);
}

void Stream::check_deadlines() {
  std::optional<TimePoint> next;
  const auto check = [&](std::coroutine_handle<>& waiter, std::optional<TimePoint> deadline,
                         bool& timed_out) {
    if (!waiter || !deadline) return;
    if (*deadline <= loop_.now()) {
      timed_out = true;
      loop_.resume_soon(std::exchange(waiter, {}));
    } else if (!next || *deadline < *next) {
      next = deadline;
    }
  };
  check(reader_, read_deadline_, read_timed_out_);
  check(writer_, write_deadline_, write_timed_out_);
  if (next) timer_->arm(*next);
}

Stream::Wait Stream::wait_readable(std::optional<TimePoint> deadline) {
  return {*this, Wait::For::read, deadline};
}
Stream::Wait Stream::wait_writable(std::optional<TimePoint> deadline) {
  return {*this, Wait::For::write, deadline};
}

bool Stream::Wait::await_ready() const noexcept {
  return stream_.aborted_ || (what_ == For::read ? stream_.readable_ : stream_.writable_);
}

void Stream::Wait::await_suspend(std::coroutine_handle<> waiting) {
  if (what_ == For::read) {
    stream_.reader_ = waiting;
    stream_.read_deadline_ = deadline_;
    stream_.read_timed_out_ = false;
  } else {
    stream_.writer_ = waiting;
    stream_.write_deadline_ = deadline_;
    stream_.write_timed_out_ = false;
  }
  if (deadline_) stream_.arm(*deadline_);
}

bool Stream::Wait::await_resume() noexcept {
  const bool timed_out = what_ == For::read ? std::exchange(stream_.read_timed_out_, false)
                                            : std::exchange(stream_.write_timed_out_, false);
  return !timed_out && !stream_.aborted_;
}

namespace {

std::unexpected<Error> wait_error(const Stream& stream, std::string_view what) {
  if (stream.aborted()) return fail(Errc::cancelled, fmt::format("{} was cancelled", what));
  return fail(Errc::timeout, fmt::format("{} timed out", what));
}

}  // namespace

Task<Result<std::size_t>> Stream::read(std::span<char> into, std::optional<TimePoint> deadline) {
  for (;;) {
    const Attempt attempt = try_read(into);
    bool ready = true;
    switch (attempt.state) {
      case State::done:
        co_return attempt.bytes;
      case State::closed: {
        if (attempt.error != 0) co_return std::unexpected(system_error("reading", attempt.error));
        co_return std::size_t{0};
      }
      case State::failed:
        co_return std::unexpected(system_error("reading", attempt.error));
      case State::again_when_readable:
        ready = co_await wait_readable(deadline);
        break;
      case State::again_when_writable:
        ready = co_await wait_writable(deadline);
        break;
    }
    if (!ready) co_return wait_error(*this, "reading");
  }
}

Task<Result<void>> Stream::write(std::string_view bytes, std::optional<TimePoint> deadline) {
  while (!bytes.empty()) {
    const Attempt attempt = try_write(bytes);
    bool ready = true;
    switch (attempt.state) {
      case State::done:
        bytes.remove_prefix(attempt.bytes);
        break;
      case State::closed:
        co_return fail(Errc::unavailable, "writing: the other side has closed the connection");
      case State::failed:
        co_return std::unexpected(system_error("writing", attempt.error));
      case State::again_when_readable:
        ready = co_await wait_readable(deadline);
        break;
      case State::again_when_writable:
        ready = co_await wait_writable(deadline);
        break;
    }
    if (!ready) co_return wait_error(*this, "writing");
  }
  co_return Result<void>{};
}

Endpoint Stream::peer() const {
  SocketAddress address;
  address.size = sizeof address.storage;
  if (::getpeername(fd_, address.get(), &address.size) != 0) return {};
  return to_endpoint(address);
}

}  // namespace dynamo::net
