#pragma once

#include <coroutine>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "net/loop.h"

namespace dynamo::net {

/// A numeric address and port: "127.0.0.1:8000", "[::1]:80".
struct Endpoint {
  std::string address;
  std::uint16_t port = 0;
  std::string to_string() const;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

/// Outcome of one non-blocking attempt.
struct Attempt {
  enum class State : std::uint8_t { done, again_when_readable, again_when_writable, closed, failed };
  State state = State::done;
  std::size_t bytes = 0;  // done: how many, > 0
  int error = 0;          // failed: errno
};

/// A connected byte stream: TCP, Unix socket, or TLS over one. Attempts never block; waits resume on the
/// loop. At most one waiter for reading and one for writing at a time. Threads: its loop's.
class Stream : private FdHandler {
 public:
  virtual ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  virtual Attempt try_read(std::span<char> into) = 0;
  virtual Attempt try_write(std::string_view bytes) = 0;
  /// Sends what TLS or TCP send to end the outgoing half; does not wait.
  virtual void shutdown_write() = 0;

  class Wait;
  /// Both end with false when `deadline` passed, or `abort` was called, before the stream became ready.
  Wait wait_readable(std::optional<TimePoint> deadline = {});
  Wait wait_writable(std::optional<TimePoint> deadline = {});

  /// Reads at least one byte. Errors: unavailable (closed or reset), timeout, cancelled, io. 0 = orderly end.
  Task<Result<std::size_t>> read(std::span<char> into, std::optional<TimePoint> deadline = {});
  /// Writes all of `bytes`, which must stay valid until done.
  Task<Result<void>> write(std::string_view bytes, std::optional<TimePoint> deadline = {});

  /// Wakes both waiters and fails every later wait: cancellation. The descriptor stays open until
  /// destruction.
  void abort();
  bool aborted() const noexcept { return aborted_; }
  /// The other side has closed its half (FIN or reset was seen), even when nobody is reading.
  bool peer_closed() const noexcept { return peer_closed_; }
  /// Called once when the peer closes or resets while nobody waits for reading; empty to unset.
  void on_peer_closed(std::function<void()> callback) { on_peer_closed_ = std::move(callback); }

  Loop& loop() const noexcept { return loop_; }
  Endpoint peer() const;
  /// Gives the descriptor up, unwatched and open: for a stream that wraps this one.
  int release();

 protected:
  /// Takes ownership of `fd`, which must be non-blocking, and has the loop watch it.
  Stream(Loop& loop, int fd);
  /// What an attempt found: nothing more to read, or no room, until the loop says otherwise.
  void not_readable() noexcept { readable_ = false; }
  /// Bytes wait inside the stream, where no edge of the descriptor tells of them.
  void still_readable() noexcept { readable_ = true; }
  void not_writable() noexcept { writable_ = false; }

 private:
  void fd_ready(std::uint32_t events) override;
  void arm(TimePoint deadline);
  void check_deadlines();

  Loop& loop_;
  int fd_;
  bool readable_ = true;
  bool writable_ = true;
  bool aborted_ = false;
  bool peer_closed_ = false;
  std::coroutine_handle<> reader_{};
  std::coroutine_handle<> writer_{};
  bool read_timed_out_ = false;
  bool write_timed_out_ = false;
  std::optional<TimePoint> read_deadline_;
  std::optional<TimePoint> write_deadline_;
  std::optional<Loop::Timer> timer_;
  std::function<void()> on_peer_closed_;
};

/// Awaits readiness; true = try again now, false = deadline or abort.
class [[nodiscard]] Stream::Wait {
 public:
  enum class For : std::uint8_t { read, write };
  Wait(Stream& stream, For what, std::optional<TimePoint> deadline)
      : stream_(stream), what_(what), deadline_(deadline) {}
  bool await_ready() const noexcept;
  void await_suspend(std::coroutine_handle<> waiting);
  bool await_resume() noexcept;

 private:
  Stream& stream_;
  For what_;
  std::optional<TimePoint> deadline_;
};

/// Connects to `address` (numeric IPv4 or IPv6) and `port`. Errors: unavailable, timeout, cancelled.
Task<Result<std::unique_ptr<Stream>>> connect_tcp(Loop& loop, Endpoint to, TimePoint deadline,
                                                  std::stop_token stop = {});
/// Looks `host` up (numeric addresses at once, names on a thread of their own) and connects to the first
/// address that answers.
Task<Result<std::unique_ptr<Stream>>> connect_host(Loop& loop, std::string host, std::uint16_t port,
                                                   TimePoint deadline, std::stop_token stop = {});

/// A listening TCP socket. `port` 0 lets the system choose; `endpoint()` tells which.
class Listener {
 public:
  /// Errors: already_exists (the port is in use), forbidden, invalid (not an address).
  static Result<std::unique_ptr<Listener>> open(Loop& loop, const Endpoint& at, int backlog = 1024);
  virtual ~Listener() = default;
  virtual Endpoint endpoint() const = 0;
  /// The next connection; null after `close()`. Out of descriptors: waits and tries again.
  virtual Task<std::unique_ptr<Stream>> accept() = 0;
  virtual void close() = 0;
};

/// One end of a pipe or another descriptor that read(2) and write(2) work on; made non-blocking, owned from
/// now on.
std::unique_ptr<Stream> open_pipe_stream(Loop& loop, int fd);

}  // namespace dynamo::net
