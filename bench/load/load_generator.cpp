// Load for OpenAI-style endpoints: one thread, one epoll, every answer checked to the token.
//
// Closed loop: `--connections` clients, each sending its next request when the last is answered. Open loop
// (`--rate`): Poisson arrivals; latency counts from when a request was due; an arrival that finds no free
// connection is dropped and counted. Prints one line of JSON; exits with 1 when any request failed. CPU and
// memory of watched process trees are taken from /proc.

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <arpa/inet.h>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <fmt/format.h>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include "load/answer.h"
#include "load/histogram.h"
#include "load/http.h"
#include "load/process_usage.h"
#include "load/requests.h"

namespace dynamo::bench {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kRssInterval = kSecond / 10;
constexpr std::uint64_t kPssInterval = 2 * kSecond;
constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

struct Options {
  int port = 8000;
  int connections = 64;
  long requests = 1000;
  double rate = 0;  // requests/s; 0 = closed loop
  double max_seconds = 60;
  double ramp_seconds = 0;
  double settle_seconds = 1;  // before memory is read a last time
  bool unary = false;
  bool lax = false;
  RequestShape shape;
  std::vector<std::string> watch;  // NAME=PID

  Expectation expectation() const { return {!unary, shape.tokens, shape.ask_for_usage || lax, !lax}; }
};

/// A process tree under observation.
struct Watched {
  std::string name;
  int pid = 0;
  ProcessUsage before, after_load, settled;
  double rss_peak = 0, pss_peak = 0;

  void sample(WithPss with_pss) {
    const ProcessUsage usage = read_usage(pid, with_pss);
    rss_peak = std::max(rss_peak, usage.rss_mib);
    pss_peak = std::max(pss_peak, usage.pss_mib);
  }
};

struct Tally {
  long started = 0, succeeded = 0, failed = 0, dropped = 0, wrong_count = 0, reconnects = 0;
  long tokens = 0, events = 0;
  std::uint64_t bytes = 0;
  std::map<std::string, long> errors;
  std::string first_error;
  Histogram latency, first_token, gap, mean_gap;

  long finished() const { return succeeded + failed + dropped; }
};

struct Connection {
  int fd = -1;
  bool connecting = false;
  bool busy = false;
  bool reused = false;   // the request went out on a connection that had served another
  bool retried = false;  // …which the server had closed meanwhile
  bool watching_writes = false;
  const std::string* request = nullptr;
  std::size_t sent = 0;
  std::uint64_t due = 0;
  Answer answer;
};

class LoadGenerator {
 public:
  explicit LoadGenerator(Options options)
      : options_(std::move(options)),
        expected_(options_.expectation()),
        requests_(make_requests(options_.shape, options_.port)),
        connections_(static_cast<std::size_t>(options_.connections)),
        poll_(epoll_create1(EPOLL_CLOEXEC)),
        dice_(options_.shape.seed + 7) {
    address_.sin_family = AF_INET;
    address_.sin_port = htons(static_cast<std::uint16_t>(options_.port));
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (const std::string& entry : options_.watch) watch(entry);
  }

  /// Whether every request succeeded.
  bool run() {
    begin_ = now_ns();
    deadline_ = begin_ + static_cast<std::uint64_t>(options_.max_seconds * kSecond);
    next_sample_ = begin_ + kRssInterval;
    next_pss_ = begin_ + kSecond / 2;
    schedule();
    const double cpu_before = own_cpu_seconds();
    while (tally_.finished() < options_.requests && now_ns() < deadline_) turn();
    timed_out_ = tally_.finished() < options_.requests;
    seconds_ = static_cast<double>(now_ns() - begin_) / kSecond;
    cpu_ = own_cpu_seconds() - cpu_before;
    finish();
    return tally_.failed == 0 && !timed_out_;
  }

  std::string to_json() const;

 private:
  bool open_loop() const { return options_.rate > 0; }

  void watch(const std::string& entry) {
    const std::size_t equals = entry.find('=');
    Watched watched{.name = entry.substr(0, equals), .pid = std::stoi(entry.substr(equals + 1))};
    watched.before = read_usage(watched.pid, WithPss::kYes);
    watched_.push_back(std::move(watched));
  }

  /// Who starts when: all connections along the ramp, or nobody until the first arrival.
  void schedule() {
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      if (open_loop()) {
        idle_.push_back(connections_.size() - 1 - i);
        continue;
      }
      if (issued_ == options_.requests) break;
      ++issued_;
      const double share = static_cast<double>(i) / static_cast<double>(connections_.size());
      starts_.push_back({begin_ + static_cast<std::uint64_t>(options_.ramp_seconds * kSecond * share), i});
    }
    next_arrival_ = open_loop() ? begin_ : kNever;
  }

  void turn() {
    start_scheduled();
    start_arrivals();
    take_samples();
    wait();
  }

  void start_scheduled() {
    const std::uint64_t now = now_ns();
    while (next_start_ < starts_.size() && starts_[next_start_].at <= now) {
      const std::size_t index = starts_[next_start_++].connection;
      start(index, now);
    }
    std::vector<std::size_t> free;
    free.swap(free_);
    for (const std::size_t index : free) start(index, now_ns());
  }

  void start_arrivals() {
    while (open_loop() && next_arrival_ <= now_ns() && issued_ < options_.requests) {
      ++issued_;
      const std::uint64_t due = next_arrival_;
      arrivals_ += std::exponential_distribution<double>(options_.rate)(dice_);
      next_arrival_ = begin_ + static_cast<std::uint64_t>(arrivals_ * kSecond);
      if (idle_.empty()) {
        ++tally_.dropped;
        continue;
      }
      const std::size_t index = idle_.back();
      idle_.pop_back();
      start(index, due);
    }
  }

  void take_samples() {
    const std::uint64_t now = now_ns();
    if (now < next_sample_) return;
    next_sample_ = now + kRssInterval;
    const WithPss with_pss = now >= next_pss_ ? WithPss::kYes : WithPss::kNo;
    if (with_pss == WithPss::kYes) next_pss_ = now + kPssInterval;
    for (Watched& watched : watched_) watched.sample(with_pss);
  }

  void wait() {
    std::uint64_t until = std::min(next_sample_, deadline_);
    if (next_start_ < starts_.size()) until = std::min(until, starts_[next_start_].at);
    if (issued_ < options_.requests) until = std::min(until, next_arrival_);
    const std::uint64_t now = now_ns();
    const std::uint64_t left = until > now && free_.empty() ? until - now : 0;
    const timespec timeout{static_cast<time_t>(left / kSecond), static_cast<long>(left % kSecond)};
    const int ready =
        epoll_pwait2(poll_, events_.data(), static_cast<int>(events_.size()), &timeout, nullptr);
    for (int i = 0; i < ready; ++i) {
      const epoll_event& event = events_[static_cast<std::size_t>(i)];
      on_event(event.data.u64, event.events);
    }
  }

  void on_event(std::size_t index, std::uint32_t events) {
    Connection& connection = connections_[index];
    if (connection.fd < 0) return;
    if (connection.connecting && (events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0) {
      connection.connecting = false;
      int error = 0;
      socklen_t size = sizeof error;
      getsockopt(connection.fd, SOL_SOCKET, SO_ERROR, &error, &size);
      if (error != 0) return fail(index, "connect");
    }
    if ((events & EPOLLOUT) != 0) {
      if (connection.busy) {
        write(index);
      } else {
        watch_writes(index, false);
      }
    }
    if (connection.fd >= 0 && !connection.connecting && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
      read(index);
  }

  void start(std::size_t index, std::uint64_t due) {
    Connection& connection = connections_[index];
    connection.busy = true;
    connection.retried = false;
    connection.request = &requests_[static_cast<std::size_t>(tally_.started++) % requests_.size()];
    connection.sent = 0;
    connection.due = due;
    connection.answer = {};
    connection.reused = connection.fd >= 0;
    if (connection.reused) return write(index);
    if (!connect(index)) fail(index, "connect");
  }

  bool connect(std::size_t index) {
    Connection& connection = connections_[index];
    connection.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (connection.fd < 0) return false;
    set_no_delay(connection.fd);
    const int result =
        ::connect(connection.fd, reinterpret_cast<const sockaddr*>(&address_), sizeof address_);
    if (result != 0 && errno != EINPROGRESS) return false;
    connection.connecting = true;
    connection.watching_writes = true;
    epoll_event event{EPOLLIN | EPOLLOUT, {.u64 = index}};
    epoll_ctl(poll_, EPOLL_CTL_ADD, connection.fd, &event);
    return true;
  }

  void watch_writes(std::size_t index, bool on) {
    Connection& connection = connections_[index];
    if (connection.watching_writes == on) return;
    connection.watching_writes = on;
    epoll_event event{EPOLLIN | (on ? EPOLLOUT : 0U), {.u64 = index}};
    epoll_ctl(poll_, EPOLL_CTL_MOD, connection.fd, &event);
  }

  void write(std::size_t index) {
    Connection& connection = connections_[index];
    while (connection.sent < connection.request->size()) {
      const ssize_t count = send(connection.fd, connection.request->data() + connection.sent,
                                 connection.request->size() - connection.sent, MSG_NOSIGNAL);
      if (count > 0) {
        connection.sent += static_cast<std::size_t>(count);
      } else if (errno == EAGAIN) {
        return watch_writes(index, true);
      } else if (errno != EINTR) {
        if (!retry(index)) fail(index, "send");
        return;
      }
    }
    watch_writes(index, false);
  }

  void read(std::size_t index) {
    Connection& connection = connections_[index];
    for (;;) {
      const ssize_t count = recv(connection.fd, buffer_.data(), buffer_.size(), 0);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno == EAGAIN) return;
      if (count <= 0) return on_close(index);
      if (!connection.busy) return close(index);  // bytes that nobody asked for
      const auto size = static_cast<std::size_t>(count);
      tally_.bytes += size;
      const Answer::Progress progress =
          connection.answer.feed({buffer_.data(), size}, now_ns(), expected_.trust_usage, tally_.gap);
      if (progress == Answer::Progress::kComplete) return complete(index);
      if (progress == Answer::Progress::kBad) return fail(index, "bad_chunk");
      if (size < buffer_.size()) return;
    }
  }

  void on_close(std::size_t index) {
    const Connection& connection = connections_[index];
    if (!connection.busy) return close(index);
    if (connection.answer.end_of_input() == Answer::Progress::kComplete) return complete(index);
    if (!connection.answer.started() && retry(index)) return;
    fail(index, connection.answer.started() ? "cut_off" : "no_answer");
  }

  /// A kept connection may be closed by the server just when it is used again: that is nobody's fault, once.
  bool retry(std::size_t index) {
    Connection& connection = connections_[index];
    if (!connection.reused || connection.retried) return false;
    connection.retried = true;
    ++tally_.reconnects;
    close(index);
    connection.sent = 0;
    return connect(index);
  }

  void complete(std::size_t index) {
    Connection& connection = connections_[index];
    const Answer& answer = connection.answer;
    tally_.tokens += std::max(answer.tokens(), 0L);
    tally_.events += answer.events();
    if (!answer.right_count(expected_)) ++tally_.wrong_count;
    const std::string problem = answer.problem(expected_);
    if (!problem.empty()) return fail(index, problem);
    ++tally_.succeeded;
    tally_.latency.add(static_cast<double>(now_ns() - connection.due) / 1e3);
    if (answer.first_token() > 0) {
      tally_.first_token.add(static_cast<double>(answer.first_token() - connection.due) / 1e3);
    }
    if (answer.is_stream() && answer.tokens() > 1) {
      const auto span = static_cast<double>(answer.last_token() - answer.first_token());
      tally_.mean_gap.add(span / 1e3 / static_cast<double>(answer.tokens() - 1));
    }
    if (answer.close_after()) close(index);
    next(index);
  }

  void fail(std::size_t index, const std::string& kind) {
    Connection& connection = connections_[index];
    ++tally_.failed;
    ++tally_.errors[kind];
    if (tally_.first_error.empty())
      tally_.first_error = fmt::format("{}: {}", kind, connection.answer.body().substr(0, 200));
    close(index);
    next(index);
  }

  void next(std::size_t index) {
    connections_[index].busy = false;
    if (open_loop()) {
      idle_.push_back(index);
    } else if (issued_ < options_.requests) {
      ++issued_;
      free_.push_back(index);
    }
  }

  void close(std::size_t index) {
    Connection& connection = connections_[index];
    if (connection.fd >= 0) ::close(connection.fd);
    connection.fd = -1;
    connection.connecting = false;
  }

  void finish() {
    for (Watched& watched : watched_) {
      watched.after_load = read_usage(watched.pid, WithPss::kYes);
      watched.sample(WithPss::kYes);
    }
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      if (connections_[i].busy) ++in_flight_;
      close(i);
    }
    usleep(static_cast<useconds_t>(options_.settle_seconds * 1e6));
    for (Watched& watched : watched_) watched.settled = read_usage(watched.pid, WithPss::kYes);
  }

  struct Start {
    std::uint64_t at;
    std::size_t connection;
  };

  Options options_;
  Expectation expected_;
  std::vector<std::string> requests_;
  std::vector<Connection> connections_;
  std::vector<Watched> watched_;
  sockaddr_in address_{};
  int poll_;
  std::mt19937_64 dice_;
  std::vector<epoll_event> events_ = std::vector<epoll_event>(1024);
  std::vector<char> buffer_ = std::vector<char>(1 << 16);
  Tally tally_;

  std::vector<Start> starts_;  // the ramp: from next_start_ on, by time
  std::size_t next_start_ = 0;
  std::vector<std::size_t> free_;  // closed loop: to be started in the next turn
  std::vector<std::size_t> idle_;  // open loop: waiting for an arrival
  long issued_ = 0;
  double arrivals_ = 0;  // seconds since the beginning
  std::uint64_t begin_ = 0, deadline_ = 0, next_sample_ = 0, next_pss_ = 0, next_arrival_ = kNever;

  double seconds_ = 0, cpu_ = 0;
  long in_flight_ = 0;
  bool timed_out_ = false;
};

/// Text that can stand in a JSON string as it is.
std::string harmless(std::string text) {
  for (char& c : text) {
    if (c == '"' || c == '\\') c = '\'';
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  return text;
}

std::string usage_json(const Watched& watched, const Tally& tally) {
  const double user = watched.after_load.user_seconds - watched.before.user_seconds;
  const double system = watched.after_load.system_seconds - watched.before.system_seconds;
  const double cpu = user + system;
  const double per_request = tally.succeeded == 0 ? 0 : cpu * 1e3 / static_cast<double>(tally.succeeded);
  const double tokens_per_second = cpu == 0 ? 0 : static_cast<double>(tally.tokens) / cpu;
  return fmt::format(
      R"("{}":{{"cpu_s":{:.2f},"user_s":{:.2f},"system_s":{:.2f},"cpu_ms_per_request":{:.4f},)"
      R"("tokens_per_cpu_s":{:.0f},"rss_mib":{{"before":{:.1f},"peak":{:.1f},"after":{:.1f}}},)"
      R"("pss_mib":{{"before":{:.1f},"peak":{:.1f},"after":{:.1f}}},"processes":{},"threads":{}}})",
      watched.name, cpu, user, system, per_request, tokens_per_second, watched.before.rss_mib,
      watched.rss_peak, watched.settled.rss_mib, watched.before.pss_mib, watched.pss_peak,
      watched.settled.pss_mib, watched.after_load.processes, watched.after_load.threads);
}

std::string LoadGenerator::to_json() const {
  std::string watched, errors;
  for (const Watched& one : watched_) watched += (watched.empty() ? "" : ",") + usage_json(one, tally_);
  for (const auto& [kind, count] : tally_.errors)
    errors += fmt::format(R"({}"{}":{})", errors.empty() ? "" : ",", kind, count);
  std::string json = fmt::format(
      R"({{"mode":"{}","connections":{},"rate":{:.1f},"tokens_per_request":{},"wall_s":{:.3f},"ok":{},)"
      R"("errors":{},"in_flight_at_end":{},"dropped":{},"wrong_token_count":{},"reconnects":{},"timed_out":{},)"
      R"("requests_per_s":{:.2f},"tokens_per_s":{:.1f},"megabytes":{:.1f},"events":{},"own_cpu_s":{:.3f},)",
      options_.unary ? "unary" : "stream", options_.connections, options_.rate, options_.shape.tokens,
      seconds_, tally_.succeeded, tally_.failed, in_flight_, tally_.dropped, tally_.wrong_count,
      tally_.reconnects, timed_out_, static_cast<double>(tally_.succeeded) / seconds_,
      static_cast<double>(tally_.tokens) / seconds_, static_cast<double>(tally_.bytes) / 1e6, tally_.events,
      cpu_);
  json += fmt::format(R"("latency_us":{},"first_token_us":{},"token_gap_us":{},"mean_token_gap_us":{},)",
                      tally_.latency.to_json(), tally_.first_token.to_json(), tally_.gap.to_json(),
                      tally_.mean_gap.to_json());
  json += fmt::format(R"("watched":{{{}}},"error_kinds":{{{}}},"first_error":"{}"}})", watched, errors,
                      harmless(tally_.first_error));
  return json;
}

void add_flags(CLI::App& app, Options& options) {
  app.add_option("--port", options.port, "where to send requests, on 127.0.0.1");
  app.add_option("--path", options.shape.path);
  app.add_option("--model", options.shape.model);
  app.add_flag("--unary", options.unary, "ask for whole answers instead of streams");
  app.add_option("--connections", options.connections)->check(CLI::PositiveNumber);
  app.add_option("--requests", options.requests)->check(CLI::PositiveNumber);
  app.add_option("--tokens", options.shape.tokens, "tokens per answer, asked for and checked");
  app.add_option("--words", options.shape.words, "words of each prompt");
  app.add_option("--prefix-words", options.shape.prefix_words, "words of a shared beginning");
  app.add_option("--prefix-groups", options.shape.prefix_groups)->check(CLI::PositiveNumber);
  app.add_option("--bodies", options.shape.bodies, "different requests")->check(CLI::PositiveNumber);
  app.add_option("--seed", options.shape.seed);
  app.add_option("--extra", options.shape.extra, "further JSON members of each request");
  app.add_flag("--usage", options.shape.ask_for_usage, "ask for the usage chunk and count by it");
  app.add_flag("--lax", options.lax, "a wrong number of tokens is counted, not an error");
  app.add_option("--rate", options.rate, "requests per second, Poisson; 0: as fast as answers come");
  app.add_option("--ramp", options.ramp_seconds, "seconds over which the connections start");
  app.add_option("--max-seconds", options.max_seconds);
  app.add_option("--settle", options.settle_seconds, "seconds before memory is read a last time");
  app.add_option("--watch", options.watch, "NAME=PID of a process tree to observe");
}

}  // namespace
}  // namespace dynamo::bench

int main(int argc, char** argv) {
  CLI::App app("Load generator for OpenAI-style endpoints");
  dynamo::bench::Options options;
  dynamo::bench::add_flags(app, options);
  CLI11_PARSE(app, argc, argv);
  options.shape.stream = !options.unary;
  std::signal(SIGPIPE, SIG_IGN);
  dynamo::bench::LoadGenerator generator(std::move(options));
  const bool all_right = generator.run();
  std::puts(generator.to_json().c_str());
  return all_right ? 0 : 1;
}
