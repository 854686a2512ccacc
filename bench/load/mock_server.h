#pragma once

#include <memory>
#include <queue>
#include <string>
#include <sys/epoll.h>
#include <vector>

#include "load/generation.h"
#include "load/request_reader.h"

namespace dynamo::bench {

struct MockOptions {
  std::vector<int> ports{9001, 9002};  // one engine on each
  Defaults defaults;
  long burst = 1;  // tokens per gap
};

/// The engines of all ports: their connections, timers and counts, on one thread and one epoll.
class MockServer {
 public:
  explicit MockServer(MockOptions options);

  /// False when a port cannot be had.
  bool listen();
  [[noreturn]] void run();

 private:
  /// What one engine has done.
  struct Stats {
    long requests = 0, done = 0, aborted = 0, active = 0, tokens = 0, connections = 0;
  };

  struct Connection {
    int fd = -1;
    std::size_t engine = 0;
    std::uint32_t incarnation = 0;  // tells timers of an earlier use of this slot from those of the present
    bool watching_writes = false;
    bool closing = false;
    std::string input, output;
    std::size_t written = 0;
    RequestReader reader;
    Generation generation;

    std::size_t unsent() const { return output.size() - written; }
  };

  struct Timer {
    std::uint64_t due;
    std::size_t connection;
    std::uint32_t incarnation;
    bool operator<(const Timer& other) const { return due > other.due; }
  };

  void wait();
  void run_timers();
  void accept_all(std::size_t engine);
  void on_event(std::size_t index, std::uint32_t events);
  /// False when the peer has gone.
  bool receive(Connection& connection);
  void close(std::size_t index);
  void flush(std::size_t index);
  void watch_writes(std::size_t index, bool on);

  /// Answers the requests that have arrived whole, one after the other.
  void serve(std::size_t index);
  /// Whether a request has arrived whole.
  bool read_request(std::size_t index);
  void handle(std::size_t index);
  void begin(std::size_t index, bool chat);
  /// Says what is due now, and when it goes on.
  void generate(std::size_t index, std::uint64_t due);
  /// The same for a stream; false when it is held back, and nothing was said.
  bool stream(std::size_t index, std::uint64_t due);
  void finish(Connection& connection);
  std::string models() const;
  std::string stats(std::size_t engine) const;

  MockOptions options_;
  std::vector<Stats> stats_;
  int poll_;
  std::vector<int> listeners_;
  std::vector<std::unique_ptr<Connection>> connections_;  // by slot; slots are used again
  std::vector<std::size_t> free_;
  std::priority_queue<Timer> timers_;
  std::vector<epoll_event> events_ = std::vector<epoll_event>(1024);
  std::vector<char> buffer_ = std::vector<char>(1 << 18);
  std::uint64_t ids_ = 0;
};

}  // namespace dynamo::bench
