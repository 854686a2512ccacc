#include "net/http_client.h"

#include <cstring>
#include <list>
#include <map>

#include "net/http_parser.h"
#include "net/stream.h"

namespace dynamo::net {
namespace {

constexpr std::size_t kFirstRead = 4u << 10;
constexpr std::size_t kLargestRead = 64u << 10;
constexpr auto kDefaultDeadline = std::chrono::seconds{30};

std::string pool_key(const Url& url) { return fmt::format("{}{}", url.tls ? "s:" : "p:", url.authority()); }

std::string request_text(const HttpClientRequest& request, const std::string& user_agent) {
  std::string out = fmt::format("{} {} HTTP/1.1\r\n", request.method, request.url.target);
  const auto line = [&](std::string_view name, std::string_view value) {
    fmt::format_to(std::back_inserter(out), "{}: {}\r\n", name, value);
  };
  if (!request.headers.has("Host")) line("Host", request.url.authority());
  if (!request.headers.has("User-Agent")) line("User-Agent", user_agent);
  for (const auto& [name, value] : request.headers.fields()) line(name, value);
  const bool has_body = !request.body.empty() || request.method == "POST" || request.method == "PUT" ||
                        request.method == "PATCH";
  if (has_body) line("Content-Length", std::to_string(request.body.size()));
  out += "\r\n";
  out += request.body;
  return out;
}

}  // namespace

struct HttpClient::Impl : std::enable_shared_from_this<HttpClient::Impl> {
  Impl(Loop& on_loop, HttpClientOptions with) : loop(on_loop), options(std::move(with)) {}

  struct Idle {
    std::unique_ptr<Stream> stream;
    TimePoint since;
  };

  Loop& loop;
  HttpClientOptions options;
  std::map<std::string, std::list<Idle>> idle;
  bool closed = false;  // the client is gone; answers that outlive it keep no connections

  std::unique_ptr<Stream> take(const std::string& key);
  void give_back(const std::string& key, std::unique_ptr<Stream> stream);
  Task<Result<std::unique_ptr<Stream>>> connect(Url url, TimePoint deadline, std::stop_token stop);
};

namespace {

/// An idle connection has nothing to read; what has is an end or something nobody asked for.
bool usable(Stream& stream) {
  if (stream.peer_closed() || stream.aborted()) return false;
  char byte = 0;
  return stream.try_read({&byte, 1}).state == Attempt::State::again_when_readable;
}

class Response final : public HttpClientResponse {
 public:
  Response(std::shared_ptr<HttpClient::Impl> client, std::string key, std::unique_ptr<Stream> stream,
           bool head_request, std::optional<Duration> idle_timeout, std::stop_token stop);

  int status() const noexcept override { return status_; }
  const Headers& headers() const noexcept override { return parser_.head().headers; }
  Task<Result<std::string_view>> read() override;
  Task<Result<std::string>> read_all(std::size_t limit) override;

  /// Sends the request and reads the head. `sent_nothing_back` tells whether it is safe to send again.
  Task<Result<void>> exchange(std::string text, TimePoint deadline);
  bool untouched() const noexcept { return untouched_; }

 private:
  std::span<char> room();
  Result<void> consume(std::size_t n);
  Result<void> closed_by_peer();
  void end();

  std::shared_ptr<HttpClient::Impl> client_;
  std::string key_;
  std::unique_ptr<Stream> stream_;
  bool head_request_;
  mutable HttpParser parser_;
  int status_ = 0;
  std::string buffer_;  // read, not consumed; then room for the next read
  std::size_t filled_ = 0;
  std::size_t read_size_ = kFirstRead;
  std::string body_;  // consumed by the parser, not yet handed out
  bool handed_out_ = false;
  bool untouched_ = true;
  std::optional<Duration> idle_timeout_;
  std::stop_callback<std::function<void()>> on_stop_;
};

HttpParser response_parser(bool head_request) {
  return HttpParser(HttpParser::Kind::response, {.header = 256u << 10, .body = 0}, head_request);
}

Response::Response(std::shared_ptr<HttpClient::Impl> client, std::string key, std::unique_ptr<Stream> stream,
                   bool head_request, std::optional<Duration> idle_timeout, std::stop_token stop)
    : client_(std::move(client)),
      key_(std::move(key)),
      stream_(std::move(stream)),
      head_request_(head_request),
      parser_(response_parser(head_request)),
      idle_timeout_(idle_timeout),
      on_stop_(stop, [this] {
        if (stream_) stream_->abort();
      }) {}

/// At least `read_size_` bytes behind what is filled; the buffer only grows, so nothing is cleared twice.
std::span<char> Response::room() {
  if (buffer_.size() < filled_ + read_size_) buffer_.resize(filled_ + read_size_);
  return {buffer_.data() + filled_, buffer_.size() - filled_};
}

/// Gives the parser what has come. A read that filled its room asks for more room next time.
Result<void> Response::consume(std::size_t n) {
  untouched_ = false;
  filled_ += n;
  if (n >= read_size_) read_size_ = std::min(read_size_ * 4, kLargestRead);
  std::size_t used = 0;
  for (;;) {
    const auto consumed = parser_.feed(std::string_view(buffer_).substr(used, filled_ - used), body_);
    if (!consumed) return fail(Errc::unavailable, consumed.error().message);
    used += *consumed;
    const bool interim = parser_.head_done() && parser_.head().status / 100 == 1;
    if (interim) {
      parser_ = response_parser(head_request_);
    } else if (*consumed == 0 || used == filled_ || parser_.done()) {
      break;
    }
  }
  filled_ -= used;
  if (filled_ > 0) std::memmove(buffer_.data(), buffer_.data() + used, filled_);
  return {};
}

Result<void> Response::closed_by_peer() {
  if (!parser_.head_done()) {
    return fail(Errc::unavailable, "the server closed the connection without an answer");
  }
  const auto finished = parser_.finish();
  if (!finished) return fail(Errc::unavailable, finished.error().message);
  return {};
}

Task<Result<void>> Response::exchange(std::string text, TimePoint deadline) {
  auto written = co_await stream_->write(text, deadline);
  if (!written) co_return written;
  while (!parser_.head_done()) {
    auto n = co_await stream_->read(room(), deadline);
    if (!n) co_return std::unexpected(std::move(n.error()));
    auto done = *n == 0 ? closed_by_peer() : consume(*n);
    if (!done) co_return done;
  }
  status_ = parser_.head().status;
  if (parser_.done() && body_.empty()) end();
  co_return Result<void>{};
}

Task<Result<std::string_view>> Response::read() {
  if (std::exchange(handed_out_, false)) body_.clear();
  while (body_.empty()) {
    if (parser_.done()) {
      end();
      co_return std::string_view{};
    }
    std::optional<TimePoint> deadline;
    if (idle_timeout_) deadline = client_->loop.now() + *idle_timeout_;
    const bool ready = co_await stream_->wait_readable(deadline);
    if (!ready && stream_->aborted()) co_return fail(Errc::cancelled, "reading the answer was cancelled");
    if (!ready) co_return fail(Errc::timeout, "the server sent nothing for too long");
    const Attempt attempt = stream_->try_read(room());
    Result<void> done;
    switch (attempt.state) {
      case Attempt::State::done:
        done = consume(attempt.bytes);
        break;
      case Attempt::State::again_when_readable:
      case Attempt::State::again_when_writable:
        break;
      case Attempt::State::closed:
        done = closed_by_peer();
        break;
      case Attempt::State::failed:
        done = std::unexpected(system_error("reading the answer", attempt.error));
        break;
    }
    if (!done) co_return std::unexpected(std::move(done.error()));
  }
  handed_out_ = true;
  co_return std::string_view(body_);
}

Task<Result<std::string>> Response::read_all(std::size_t limit) {
  std::string out;
  for (;;) {
    auto piece = co_await read();
    if (!piece) co_return std::unexpected(std::move(piece.error()));
    if (piece->empty()) co_return out;
    if (out.size() + piece->size() > limit) {
      co_return fail(Errc::too_large, fmt::format("the answer is larger than {} bytes", limit));
    }
    out += *piece;
  }
}

/// The answer is complete: the connection goes back to the pool if it can serve again.
void Response::end() {
  if (!stream_) return;
  if (parser_.keep_alive() && filled_ == 0) {
    client_->give_back(key_, std::move(stream_));
  } else {
    stream_.reset();
  }
}

}  // namespace

std::unique_ptr<Stream> HttpClient::Impl::take(const std::string& key) {
  auto& kept = idle[key];
  while (!kept.empty()) {
    Idle newest = std::move(kept.back());
    kept.pop_back();
    newest.stream->on_peer_closed({});
    if (loop.now() - newest.since < options.idle_timeout && usable(*newest.stream))
      return std::move(newest.stream);
  }
  idle.erase(key);
  return nullptr;
}

void HttpClient::Impl::give_back(const std::string& key, std::unique_ptr<Stream> stream) {
  if (closed || stream->peer_closed() || stream->aborted()) return;
  auto& kept = idle[key];
  while (kept.size() >= options.max_idle_per_host ||
         (!kept.empty() && loop.now() - kept.front().since > options.idle_timeout)) {
    kept.pop_front();
  }
  kept.push_back({std::move(stream), loop.now()});
  const auto place = std::prev(kept.end());
  kept.back().stream->on_peer_closed([this, key, place] { idle[key].erase(place); });
}

Task<Result<std::unique_ptr<Stream>>> HttpClient::Impl::connect(Url url, TimePoint deadline,
                                                                std::stop_token stop) {
  auto plain = co_await connect_host(loop, url.host, url.port, deadline, std::move(stop));
  if (!plain || !url.tls) co_return plain;
  if (!options.tls) {
    auto trust = TlsContext::client({});
    if (!trust) co_return std::unexpected(std::move(trust.error()));
    options.tls = std::move(*trust);
  }
  auto secured = co_await tls_connect(options.tls, std::move(*plain), url.host, deadline);
  co_return secured;
}

HttpClient::HttpClient(Loop& loop, HttpClientOptions options)
    : impl_(std::make_shared<Impl>(loop, std::move(options))) {}

HttpClient::~HttpClient() {
  impl_->closed = true;
  impl_->idle.clear();
}

Task<Result<std::unique_ptr<HttpClientResponse>>> HttpClient::send(HttpClientRequest request) {
  const auto impl = impl_;
  const TimePoint deadline = request.deadline.value_or(impl->loop.now() + kDefaultDeadline);
  const std::string key = pool_key(request.url);
  const std::string text = request_text(request, impl->options.user_agent);
  for (;;) {
    if (request.stop.stop_requested()) co_return fail(Errc::cancelled, "the request was cancelled");
    auto stream = impl->take(key);
    const bool kept = stream != nullptr;
    if (!kept) {
      TimePoint connect_by = deadline;
      if (request.connect_timeout)
        connect_by = std::min(deadline, impl->loop.now() + *request.connect_timeout);
      auto connected = co_await impl->connect(request.url, connect_by, request.stop);
      if (!connected) co_return std::unexpected(std::move(connected.error()));
      stream = std::move(*connected);
    }
    auto response = std::make_unique<Response>(impl, key, std::move(stream), request.method == "HEAD",
                                               request.idle_timeout, request.stop);
    auto done = co_await response->exchange(text, deadline);
    if (done) co_return std::unique_ptr<HttpClientResponse>(std::move(response));
    const bool again = kept && response->untouched() && done.error().code == Errc::unavailable;
    if (!again) {
      co_return context(fmt::format("{} {}", request.method, request.url.authority()),
                        std::move(done.error()));
    }
  }
}

std::size_t HttpClient::idle_connections() const noexcept {
  std::size_t count = 0;
  for (const auto& [key, kept] : impl_->idle) count += kept.size();
  return count;
}

}  // namespace dynamo::net
