// A paced engine that speaks OpenAI's HTTP API: one thread, one epoll, one "engine" per port.
//
// It frames a stream as vLLM does: headers and the role chunk leave with the first token, then one event per
// token in an HTTP chunk of its own, about 180 bytes; `finish_reason` comes with the last token, then [DONE].
// It looks for keys in the request and does not parse JSON. `mock_ttft_us` and `mock_itl_us` in a request
// override its pace. GET /stats tells what each engine has done.

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <arpa/inet.h>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <fmt/format.h>
#include <memory>
#include <queue>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include "load/http.h"

namespace dynamo::bench {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::size_t kMostUnsent = 256 * 1024;  // bytes; a reader slower than that holds its stream back
constexpr std::uint64_t kMostLag = 50'000'000;   // ns; an engine later than that starts counting anew
constexpr std::size_t kLargestBody = 256UL << 20;
constexpr int kTurnBudget = 4096;  // tokens between two looks at the sockets

struct Options {
  std::vector<int> ports{9001, 9002};
  long tokens = 128;  // when a request does not say
  long first_token_us = 0;
  long token_gap_us = 0;  // 0: all tokens at once
  long burst = 1;         // tokens per gap
  std::string model = "mock";
};

/// What one engine has done.
struct Stats {
  long requests = 0, done = 0, aborted = 0, active = 0, tokens = 0, connections = 0;
};

/// The number after a JSON key, or `otherwise`.
long number_of(std::string_view json, std::string_view key, long otherwise) {
  std::size_t at = json.find(key);
  if (at == std::string_view::npos) return otherwise;
  at = json.find_first_not_of(" :", at + key.size());
  if (at == std::string_view::npos) return otherwise;
  std::from_chars(json.data() + at, json.data() + json.size(), otherwise);
  return otherwise;
}

bool is_true(std::string_view json, std::string_view key) {
  std::size_t at = json.find(key);
  if (at == std::string_view::npos) return false;
  at = json.find_first_not_of(" :", at + key.size());
  return at != std::string_view::npos && json.substr(at).starts_with("true");
}

/// What was asked for, and how much of it has been said.
struct Generation {
  bool running = false;
  bool stream = false;
  bool chat = true;
  bool usage = false;
  long wanted = 0;
  long said = 0;
  long prompt_tokens = 0;
  std::uint64_t first_token = 0, token_gap = 0;  // ns
  std::string chunk_head;                        // of every token's event, up to its text
};

struct Connection {
  enum class Reading { kHead, kBody, kChunkedBody };

  int fd = -1;
  std::size_t engine = 0;
  std::uint32_t incarnation = 0;  // tells timers of an earlier use of this slot from those of the present one
  bool watching_writes = false;
  bool closing = false;
  std::string input, output;
  std::size_t written = 0;
  Reading reading = Reading::kHead;
  std::uint64_t body_left = 0;
  std::string head, body;
  ChunkedDecoder decoder;
  Generation generation;
};

struct Timer {
  std::uint64_t due;
  std::size_t connection;
  std::uint32_t incarnation;
  bool operator<(const Timer& other) const { return due > other.due; }
};

class MockEngine {
 public:
  explicit MockEngine(Options options)
      : options_(std::move(options)), stats_(options_.ports.size()), poll_(epoll_create1(EPOLL_CLOEXEC)) {}

  /// False when a port cannot be had.
  bool listen() {
    for (std::size_t i = 0; i < options_.ports.size(); ++i) {
      const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      const int on = 1;
      setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_port = htons(static_cast<std::uint16_t>(options_.ports[i]));
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
          ::listen(fd, 4096) != 0)
        return false;
      listeners_.push_back(fd);
      epoll_event event{EPOLLIN, {.u64 = kListener | i}};
      epoll_ctl(poll_, EPOLL_CTL_ADD, fd, &event);
    }
    return true;
  }

  [[noreturn]] void run() {
    for (;;) {
      wait();
      run_timers();
    }
  }

 private:
  static constexpr std::uint64_t kListener = 1ULL << 40;

  void wait() {
    timespec timeout{};
    if (!timers_.empty()) {
      const std::uint64_t now = now_ns();
      const std::uint64_t left = timers_.top().due > now ? timers_.top().due - now : 0;
      timeout = {static_cast<time_t>(left / kSecond), static_cast<long>(left % kSecond)};
    }
    const int ready = epoll_pwait2(poll_, events_.data(), static_cast<int>(events_.size()),
                                   timers_.empty() ? nullptr : &timeout, nullptr);
    for (int i = 0; i < ready; ++i) {
      const epoll_event& event = events_[static_cast<std::size_t>(i)];
      if ((event.data.u64 & kListener) != 0) {
        accept_all(event.data.u64 & ~kListener);
      } else {
        on_event(event.data.u64, event.events);
      }
    }
  }

  void run_timers() {
    const std::uint64_t now = now_ns();
    for (int i = 0; i < kTurnBudget && !timers_.empty() && timers_.top().due <= now; ++i) {
      const Timer timer = timers_.top();
      timers_.pop();
      const Connection& connection = *connections_[timer.connection];
      if (connection.incarnation != timer.incarnation || !connection.generation.running) continue;
      generate(timer.connection, now - timer.due < kMostLag ? timer.due : now);
    }
  }

  void accept_all(std::size_t engine) {
    for (;;) {
      const int fd = accept4(listeners_[engine], nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      set_no_delay(fd);
      if (free_.empty()) {
        free_.push_back(connections_.size());
        connections_.push_back(std::make_unique<Connection>());
      }
      const std::size_t index = free_.back();
      free_.pop_back();
      connections_[index]->fd = fd;
      connections_[index]->engine = engine;
      ++stats_[engine].connections;
      epoll_event event{EPOLLIN | EPOLLRDHUP, {.u64 = index}};
      epoll_ctl(poll_, EPOLL_CTL_ADD, fd, &event);
    }
  }

  void on_event(std::size_t index, std::uint32_t events) {
    Connection& connection = *connections_[index];
    if (connection.fd < 0) return;
    if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) return close(index);
    if ((events & EPOLLIN) != 0 && !receive(connection)) return close(index);
    const std::uint32_t incarnation = connection.incarnation;
    serve(index);
    if (connection.incarnation == incarnation && (events & EPOLLOUT) != 0) flush(index);
  }

  /// False when the peer has gone.
  bool receive(Connection& connection) {
    for (;;) {
      const ssize_t count = recv(connection.fd, buffer_.data(), buffer_.size(), 0);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return errno == EAGAIN;
      if (count == 0) return false;
      connection.input.append(buffer_.data(), static_cast<std::size_t>(count));
      if (static_cast<std::size_t>(count) < buffer_.size()) return true;
    }
  }

  void close(std::size_t index) {
    Connection& connection = *connections_[index];
    if (connection.fd < 0) return;
    Stats& stats = stats_[connection.engine];
    if (connection.generation.running) {
      ++stats.aborted;
      --stats.active;
    }
    --stats.connections;
    ::close(connection.fd);
    const std::uint32_t incarnation = connection.incarnation + 1;
    connection = {};
    connection.incarnation = incarnation;
    free_.push_back(index);
  }

  void flush(std::size_t index) {
    Connection& connection = *connections_[index];
    while (connection.written < connection.output.size()) {
      const ssize_t count = send(connection.fd, connection.output.data() + connection.written,
                                 connection.output.size() - connection.written, MSG_NOSIGNAL);
      if (count > 0) {
        connection.written += static_cast<std::size_t>(count);
      } else if (errno == EAGAIN) {
        return watch_writes(index, true);
      } else if (errno != EINTR) {
        return close(index);
      }
    }
    connection.output.clear();
    connection.written = 0;
    watch_writes(index, false);
    if (connection.closing) close(index);
  }

  void watch_writes(std::size_t index, bool on) {
    Connection& connection = *connections_[index];
    if (connection.watching_writes == on) return;
    connection.watching_writes = on;
    epoll_event event{EPOLLIN | EPOLLRDHUP | (on ? EPOLLOUT : 0U), {.u64 = index}};
    epoll_ctl(poll_, EPOLL_CTL_MOD, connection.fd, &event);
  }

  /// Answers the requests that have arrived whole, one after the other.
  void serve(std::size_t index) {
    Connection& connection = *connections_[index];
    while (connection.fd >= 0 && !connection.generation.running && !connection.closing && read_request(index))
      handle(index);
  }

  bool read_request(std::size_t index) {
    Connection& connection = *connections_[index];
    if (connection.reading == Connection::Reading::kHead && !read_head(index)) return false;
    if (connection.reading == Connection::Reading::kBody) {
      const std::size_t taken = std::min<std::uint64_t>(connection.body_left, connection.input.size());
      connection.body.append(connection.input, 0, taken);
      connection.input.erase(0, taken);
      connection.body_left -= taken;
      if (connection.body_left > 0) return false;
    } else {
      std::size_t used = 0;
      const auto progress = connection.decoder.feed(connection.input, used, connection.body);
      connection.input.erase(0, used);
      if (progress == ChunkedDecoder::Progress::kBad) close(index);
      if (progress != ChunkedDecoder::Progress::kDone) return false;
    }
    connection.reading = Connection::Reading::kHead;
    return true;
  }

  bool read_head(std::size_t index) {
    Connection& connection = *connections_[index];
    const std::size_t end = connection.input.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    connection.head.assign(connection.input, 0, end);
    connection.input.erase(0, end + 4);
    connection.body.clear();
    if (header(connection.head, "transfer-encoding").starts_with("chunked")) {
      connection.reading = Connection::Reading::kChunkedBody;
      return true;
    }
    const std::string_view length = header(connection.head, "content-length");
    connection.body_left = 0;
    std::from_chars(length.data(), length.data() + length.size(), connection.body_left);
    connection.reading = Connection::Reading::kBody;
    if (connection.body_left <= kLargestBody) return true;
    connection.closing = true;
    answer(connection, 413, "application/json", R"({"error":{"message":"too large"}})");
    flush(index);
    return false;
  }

  void handle(std::size_t index) {
    Connection& connection = *connections_[index];
    const std::string_view line = std::string_view(connection.head).substr(0, connection.head.find("\r\n"));
    const std::string_view target = line.substr(0, line.rfind(' '));  // "METHOD /path"
    if (target == "POST /v1/chat/completions" || target == "POST /v1/completions")
      return begin(index, target.find("chat") != std::string_view::npos);
    if (target == "GET /health") {
      answer(connection, 200, "application/json", R"({"status":"ok"})");
    } else if (target == "GET /v1/models") {
      answer(connection, 200, "application/json", models());
    } else if (target == "GET /stats") {
      answer(connection, 200, "application/json", stats(connection.engine));
    } else if (target == "GET /metrics") {
      answer(connection, 200, "text/plain", "# TYPE mock_requests_running gauge\nmock_requests_running 0\n");
    } else {
      answer(connection, 404, "application/json", R"({"error":{"message":"not found"}})");
    }
    flush(index);
  }

  static void answer(Connection& connection, int status, std::string_view type, std::string_view body) {
    connection.output += fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n{}",
                                     status, status == 200 ? "OK" : "Refused", type, body.size(), body);
  }

  std::string models() const {
    return fmt::format(
        R"({{"object":"list","data":[{{"id":"{}","object":"model","created":1700000000,"owned_by":"mock"}}]}})",
        options_.model);
  }

  std::string stats(std::size_t engine) const {
    const Stats& stats = stats_[engine];
    return fmt::format(R"({{"port":{},"requests":{},"done":{},"aborted":{},"active":{},"tokens":{},)"
                       R"("connections":{},"cpu_s":{:.3f}}})",
                       options_.ports[engine], stats.requests, stats.done, stats.aborted, stats.active,
                       stats.tokens, stats.connections, own_cpu_seconds());
  }

  void begin(std::size_t index, bool chat) {
    Connection& connection = *connections_[index];
    const std::string_view body = connection.body;
    ++stats_[connection.engine].requests;
    ++stats_[connection.engine].active;
    const long asked = number_of(body, R"("max_tokens")", options_.tokens);
    Generation generation{
        .running = true,
        .stream = is_true(body, R"("stream")"),
        .chat = chat,
        .usage = is_true(body, R"("include_usage")"),
        .wanted = std::max(number_of(body, R"("max_completion_tokens")", asked), 1L),
        .prompt_tokens = static_cast<long>(body.size() / 5),
        .first_token = micro(number_of(body, R"("mock_ttft_us")", options_.first_token_us)),
        .token_gap = micro(number_of(body, R"("mock_itl_us")", options_.token_gap_us)),
    };
    if (generation.stream) begin_stream(connection, generation);
    const std::uint64_t silence =
        generation.first_token +
        (generation.stream ? 0 : generation.token_gap * static_cast<std::uint64_t>(generation.wanted - 1));
    connection.generation = std::move(generation);
    const std::uint64_t now = now_ns();
    if (silence == 0) return generate(index, now);
    timers_.push({now + silence, index, connection.incarnation});
  }

  static std::uint64_t micro(long microseconds) { return static_cast<std::uint64_t>(microseconds) * 1000; }

  void begin_stream(Connection& connection, Generation& generation) {
    const bool chat = generation.chat;
    const std::string head = fmt::format(
        R"(data: {{"id":"{}-{:016x}","object":"{}","created":1700000000,"model":"{}","choices":[{{"index":0,)",
        chat ? "chatcmpl" : "cmpl", ++ids_, chat ? "chat.completion.chunk" : "text_completion",
        options_.model);
    connection.output +=
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nCache-Control: no-cache\r\n"
        "Transfer-Encoding: chunked\r\n\r\n";
    if (chat) {
      append_chunk(connection.output, head,
                   R"("delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]})"
                   "\n\n");
    }
    generation.chunk_head = head + (chat ? R"("delta":{"content":")" : R"("text":")");
  }

  static void append_chunk(std::string& output, std::string_view first, std::string_view second,
                           std::string_view third = {}) {
    fmt::format_to(std::back_inserter(output), "{:x}\r\n", first.size() + second.size() + third.size());
    output.append(first).append(second).append(third).append("\r\n");
  }

  /// Says what is due now, and when it goes on.
  void generate(std::size_t index, std::uint64_t due) {
    Connection& connection = *connections_[index];
    Generation& generation = connection.generation;
    if (!generation.stream) {
      answer_whole(connection);
    } else if (connection.output.size() - connection.written > kMostUnsent) {
      return timers_.push(
          {due + std::max<std::uint64_t>(generation.token_gap, 1'000'000), index, connection.incarnation});
    } else {
      const long due_tokens = generation.token_gap > 0 ? options_.burst : generation.wanted;
      for (long i = 0; i < due_tokens && generation.said < generation.wanted; ++i) say_token(connection);
      if (generation.said < generation.wanted) {
        timers_.push({due + generation.token_gap, index, connection.incarnation});
      } else {
        end_stream(connection);
      }
    }
    const std::uint32_t incarnation = connection.incarnation;
    if (!connection.watching_writes) flush(index);
    if (connection.incarnation == incarnation && !generation.running && !connection.input.empty())
      serve(index);
  }

  void say_token(Connection& connection) {
    Generation& generation = connection.generation;
    fmt::memory_buffer word;
    fmt::format_to(std::back_inserter(word), " w{:03d}", generation.said % 1000);
    const bool last = ++generation.said == generation.wanted;
    std::string_view tail = last ? "\"},\"logprobs\":null,\"finish_reason\":\"length\"}]}\n\n"
                                 : "\"},\"logprobs\":null,\"finish_reason\":null}]}\n\n";
    static constexpr std::string_view kCompletionLast =
        "\",\"logprobs\":null,\"finish_reason\":\"length\"}]}\n\n";
    static constexpr std::string_view kCompletion = "\",\"logprobs\":null,\"finish_reason\":null}]}\n\n";
    if (!generation.chat) tail = last ? kCompletionLast : kCompletion;
    append_chunk(connection.output, generation.chunk_head, {word.data(), word.size()}, tail);
    ++stats_[connection.engine].tokens;
  }

  void end_stream(Connection& connection) {
    const Generation& generation = connection.generation;
    if (generation.usage) {
      append_chunk(
          connection.output,
          fmt::format(R"(data: {{"id":"x","object":"{}","created":1700000000,"model":"{}","choices":[],{}}})",
                      generation.chat ? "chat.completion.chunk" : "text_completion", options_.model,
                      usage(generation)),
          "\n\n");
    }
    append_chunk(connection.output, "data: [DONE]\n\n", "");
    connection.output += "0\r\n\r\n";
    finish(connection);
  }

  static std::string usage(const Generation& generation) {
    return fmt::format(R"("usage":{{"prompt_tokens":{},"total_tokens":{},"completion_tokens":{}}})",
                       generation.prompt_tokens, generation.prompt_tokens + generation.wanted,
                       generation.wanted);
  }

  void answer_whole(Connection& connection) {
    const Generation& generation = connection.generation;
    std::string text;
    for (long i = 0; i < generation.wanted; ++i) text += fmt::format(" w{:03d}", i % 1000);
    stats_[connection.engine].tokens += generation.wanted;
    const std::string choice = generation.chat
                                   ? fmt::format(R"("message":{{"role":"assistant","content":"{}"}})", text)
                                   : fmt::format(R"("text":"{}")", text);
    answer(connection, 200, "application/json",
           fmt::format(
               R"({{"id":"{}-{}","object":"{}","created":1700000000,"model":"{}","choices":[{{"index":0,{},)"
               R"("logprobs":null,"finish_reason":"length"}}],{}}})",
               generation.chat ? "chatcmpl" : "cmpl", ++ids_,
               generation.chat ? "chat.completion" : "text_completion", options_.model, choice,
               usage(generation)));
    finish(connection);
  }

  void finish(Connection& connection) {
    connection.generation.running = false;
    --stats_[connection.engine].active;
    ++stats_[connection.engine].done;
  }

  Options options_;
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

}  // namespace
}  // namespace dynamo::bench

int main(int argc, char** argv) {
  CLI::App app("A paced engine that speaks OpenAI's HTTP API");
  dynamo::bench::Options options;
  app.add_option("--ports", options.ports, "one engine on each, on 127.0.0.1")->delimiter(',');
  app.add_option("--tokens", options.tokens, "tokens of an answer when a request does not say");
  app.add_option("--first-token-us", options.first_token_us);
  app.add_option("--token-gap-us", options.token_gap_us, "0: all tokens at once");
  app.add_option("--burst", options.burst, "tokens per gap");
  app.add_option("--model", options.model);
  CLI11_PARSE(app, argc, argv);
  std::signal(SIGPIPE, SIG_IGN);
  dynamo::bench::MockEngine engine(options);
  if (!engine.listen()) {
    std::perror("mock_engine: listen");
    return 1;
  }
  std::fprintf(stderr, "mock_engine: ready\n");
  engine.run();
}
