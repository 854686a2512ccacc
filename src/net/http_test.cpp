#include <gtest/gtest.h>

#include "net/http_client.h"
#include "net/http_server.h"
#include "net/test_support.h"
#include "net/tls.h"

namespace dynamo::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct UrlCase {
  std::string_view text;
  std::string_view want;  // tls host port target, or empty for an error
};
class UrlTest : public ::testing::TestWithParam<UrlCase> {};
TEST_P(UrlTest, Parses) {
  const auto url = Url::parse(GetParam().text);
  EXPECT_EQ(url ? fmt::format("{} {} {} {}", url->tls, url->host, url->port, url->target) : "",
            GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(Urls, UrlTest,
                         ::testing::Values(UrlCase{"http://a", "false a 80 /"},
                                           UrlCase{"https://a/b?c=d#e", "true a 443 /b?c=d"},
                                           UrlCase{"http://127.0.0.1:8000/v1", "false 127.0.0.1 8000 /v1"},
                                           UrlCase{"http://[::1]:80?x", "false ::1 80 /?x"},
                                           UrlCase{"ftp://a", ""}, UrlCase{"http://", ""},
                                           UrlCase{"http://a:0", ""}, UrlCase{"http://a:70000", ""},
                                           UrlCase{"http://u@a", ""}, UrlCase{"a:80", ""}));

TEST(Query, DecodesAndReadsFlagsAsGoDoes) {
  const Query query = Query::parse("a=1&b=x%20y+z&watch=True&c&c=%zz&d=0");
  EXPECT_EQ(query.get("b"), "x y z");
  EXPECT_TRUE(query.flag("a"));
  EXPECT_TRUE(query.flag("watch"));
  EXPECT_FALSE(query.flag("d"));
  EXPECT_FALSE(query.flag("absent"));
  EXPECT_EQ(query.all("c"), (std::vector<std::string_view>{"", "%zz"}));
  EXPECT_EQ(percent_decode(percent_encode("a/b c%\xff")), "a/b c%\xff");
}

constexpr std::size_t kLargePiece = std::size_t{64} << 10;
constexpr int kLargePieces = 1000;  // more than the buffers of sockets take

/// A server with a handler for tests, and a client, on one loop.
struct Bench {
  Loop loop;
  int waiting = 0;
  int gone = 0;
  int streamed = 0;
  std::unique_ptr<Stream> leaver;  // a client that the handler of /leaver lets go
  std::optional<bool> told;        // whether that handler knew, when a write had failed, that it was gone
  std::unique_ptr<HttpServer> server;
  Endpoint at;

  explicit Bench(HttpServerOptions options = {}) {
    server = std::make_unique<HttpServer>(
        loop, [this](HttpRequest& q, HttpResponder& r) { return handle(&q, &r); }, options);
    at = server->listen({"127.0.0.1", 0}).value();
  }

  Task<void> handle(HttpRequest* request, HttpResponder* responder) {
    if (request->path == "/echo") {
      HttpResponse response{200, {{"X-Method", request->method}}, request->body};
      co_await responder->send(std::move(response));
    } else if (request->path == "/stream") {
      co_await stream(request, responder);
    } else if (request->path == "/break") {
      co_await responder->start(200, {});
      co_await responder->write("half");
    } else if (request->path == "/wait") {
      ++waiting;
      const bool slept = co_await loop.sleep_for(std::chrono::hours{1}, request->gone);
      gone += slept ? 0 : 1;
    } else if (request->path == "/leaver") {
      co_await responder->start(200, {});
      leaver.reset();  // with the head unread: a reset
      Result<void> written;
      while (written) written = co_await responder->write("piece");
      told = request->gone.stop_requested();
    }
  }

  Task<void> stream(HttpRequest* request, HttpResponder* responder) {
    co_await responder->start(200, {{"Content-Type", "text/event-stream"}});
    const bool large = request->query.has("large");
    const std::string filling(large ? kLargePiece : 0, '.');
    for (int i = 0; i < (large ? kLargePieces : 1'000'000); ++i) {
      const std::string piece = fmt::format("data: {}{}\n\n", i, filling);
      auto written = co_await responder->write(piece);
      if (!written) break;
      ++streamed;
      if (request->query.has("three") && i == 2) {
        co_await responder->finish("data: [DONE]\n\n");
        co_return;
      }
      if (request->query.has("slow")) co_await loop.sleep_for(milliseconds{1}, request->gone);
    }
    ++gone;
  }

  HttpClientRequest request(std::string method, std::string target, std::string body = {}) const {
    HttpClientRequest out;
    out.method = std::move(method);
    out.url = {false, at.address, at.port, std::move(target)};
    out.body = std::move(body);
    return out;
  }
};

/// Runs `scenario` and then stops the server.
template <class F>
void play(Bench& bench, F scenario) {
  run(bench.loop, scenario(bench));
  run(bench.loop, bench.server->stop(std::chrono::steady_clock::now() + seconds{1}));
}

Task<void> echo_twice(Bench& bench) {
  HttpClient client(bench.loop);
  for (int i = 0; i < 3; ++i) {
    const std::string body(static_cast<std::size_t>(1) << (i * 10), 'x');
    auto response = co_await client.send(bench.request("POST", "/echo?a=b", body));
    EXPECT_TRUE(response.has_value());
    EXPECT_EQ((*response)->status(), 200);
    EXPECT_EQ((*response)->headers().get("x-method"), "POST");
    auto text = co_await (*response)->read_all();
    EXPECT_EQ(text.value_or("failed"), body);
    response->reset();
    EXPECT_EQ(client.idle_connections(), 1u);
    EXPECT_EQ(bench.server->connections(), 1u);
  }
}
TEST(Http, KeepsOneConnectionForRequestsInARow) {
  Bench bench;
  play(bench, echo_twice);
}

Task<void> read_stream(Bench& bench) {
  HttpClient client(bench.loop);
  auto response = co_await client.send(bench.request("GET", "/stream?three"));
  auto text = co_await (*response)->read_all();
  EXPECT_EQ(text.value_or("failed"), "data: 0\n\ndata: 1\n\ndata: 2\n\ndata: [DONE]\n\n");
  auto broken = co_await client.send(bench.request("GET", "/break"));
  auto half = co_await (*broken)->read_all();
  EXPECT_FALSE(half.has_value());
  EXPECT_EQ(half.error().code, Errc::unavailable);
}
TEST(Http, StreamsChunksAndShowsABrokenBodyAsAnError) {
  Bench bench;
  play(bench, read_stream);
}

Task<void> stop_once_waited_for(Bench& bench, TaskGroup& group) {
  co_await testing::until(&bench.loop, [&bench] { return bench.waiting == 1; });
  group.request_stop();
}

Task<void> leave(Bench& bench) {
  HttpClient client(bench.loop);
  {
    auto response = co_await client.send(bench.request("GET", "/stream?slow"));
    co_await (*response)->read();
  }
  TaskGroup group(bench.loop);
  group.spawn(stop_once_waited_for(bench, group));
  HttpClientRequest waiting = bench.request("GET", "/wait");
  waiting.stop = group.stop_token();
  auto cancelled = co_await client.send(std::move(waiting));
  co_await group.join();
  EXPECT_EQ(cancelled.error().code, Errc::cancelled);
  co_await testing::until(&bench.loop, [&bench] { return bench.gone == 2; });
}
TEST(Http, AClientThatLeavesIsNoticed) {
  Bench bench;
  play(bench, leave);
  EXPECT_EQ(bench.gone, 2);
}

Task<void> leave_before_a_write(Bench& bench) {
  const auto deadline = std::chrono::steady_clock::now() + testing::kPatience;
  auto client = co_await connect_tcp(bench.loop, bench.at, deadline);
  bench.leaver = std::move(*client);
  co_await bench.leaver->write("GET /leaver HTTP/1.1\r\n\r\n", deadline);
  co_await testing::until(&bench.loop, [&bench] { return bench.told.has_value(); });
}
TEST(Http, AClientWhoseLeavingAWriteFindsOutIsGone) {
  Bench bench;
  play(bench, leave_before_a_write);
  EXPECT_EQ(bench.told, true);
}

Task<void> stall(Bench& bench) {
  HttpClient client(bench.loop);
  auto response = co_await client.send(bench.request("GET", "/stream?large"));
  // The writer has been stopped once fifty looks in a row see it where it was.
  int sent = 0, looks = 0;
  const bool stopped = co_await testing::until(&bench.loop, [&] {
    looks = std::exchange(sent, bench.streamed) == bench.streamed ? looks + 1 : 0;
    return looks == 50;
  });
  EXPECT_TRUE(stopped);
  EXPECT_LT(sent, kLargePieces);
}
TEST(Http, AClientThatDoesNotReadStopsTheWriterInsteadOfGrowingMemory) {
  Bench bench;
  play(bench, stall);
}

struct RawCase {
  std::string_view name;
  std::string_view sent;
  std::string_view status_line;
  milliseconds request_timeout{60'000};
};
class RawTest : public ::testing::TestWithParam<RawCase> {};

Task<std::string> exchange_raw(Bench& bench, std::string sent) {
  const auto deadline = std::chrono::steady_clock::now() + testing::kPatience;
  auto stream = co_await connect_tcp(bench.loop, bench.at, deadline);
  co_await (*stream)->write(sent, deadline);
  std::string out;
  std::vector<char> buffer(4096);
  while (out.find("\r\n") == std::string::npos) {
    auto n = co_await (*stream)->read(buffer, deadline);
    if (!n || *n == 0) break;
    out.append(buffer.data(), *n);
  }
  co_return out.substr(0, out.find("\r\n"));
}

TEST_P(RawTest, IsAnsweredWith) {
  HttpServerOptions options;
  options.max_body = 1000;
  options.max_header = 2000;
  options.request_timeout = GetParam().request_timeout;
  Bench bench(options);
  EXPECT_EQ(run(bench.loop, exchange_raw(bench, std::string(GetParam().sent))), GetParam().status_line);
  run(bench.loop, bench.server->stop(std::chrono::steady_clock::now() + seconds{1}));
}

const std::string kLongHeader = "GET /echo HTTP/1.1\r\nX: " + std::string(3000, 'x') + "\r\n\r\n";
INSTANTIATE_TEST_SUITE_P(
    Requests, RawTest,
    ::testing::Values(
        RawCase{"plain", "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK"},
        RawCase{"http_1_0", "GET /echo HTTP/1.0\r\n\r\n", "HTTP/1.1 200 OK"},
        RawCase{"no_answer_given", "GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n",
                "HTTP/1.1 500 Internal Server Error"},
        RawCase{"rubbish", "\x16\x03\x01rubbish\r\n\r\n", "HTTP/1.1 400 Bad Request"},
        RawCase{"bad_length", "POST /echo HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                "HTTP/1.1 400 Bad Request"},
        RawCase{"both_framings",
                "POST /echo HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 400 Bad Request"},
        RawCase{"too_large", "POST /echo HTTP/1.1\r\nContent-Length: 1001\r\n\r\n",
                "HTTP/1.1 413 Payload Too Large"},
        RawCase{"too_large_chunked", "POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n",
                "HTTP/1.1 413 Payload Too Large"},
        RawCase{"long_header", kLongHeader, "HTTP/1.1 431 Request Header Fields Too Large"},
        RawCase{"half_a_request", "POST /echo HTTP/1.1\r\nContent-Length: 10\r\n\r\nhalf",
                "HTTP/1.1 408 Request Timeout", milliseconds{100}},
        RawCase{"expects_100", "POST /echo HTTP/1.1\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n",
                "HTTP/1.1 100 Continue"}),
    [](const auto& row) { return std::string(row.param.name); });

Task<std::string> pipelined(Bench& bench) {
  const auto deadline = std::chrono::steady_clock::now() + testing::kPatience;
  auto stream = co_await connect_tcp(bench.loop, bench.at, deadline);
  co_await (*stream)->write(
      "POST /echo HTTP/1.1\r\nContent-Length: 1\r\n\r\naPOST /echo HTTP/1.1\r\nTransfer-Encoding: "
      "chunked\r\nConnection: close\r\n\r\n1\r\nb\r\n0\r\n\r\n",
      deadline);
  std::string out;
  std::vector<char> buffer(4096);
  for (;;) {
    auto n = co_await (*stream)->read(buffer, deadline);
    if (!n || *n == 0) break;
    out.append(buffer.data(), *n);
  }
  co_return out;
}
TEST(Http, AnswersPipelinedRequestsInOrder) {
  Bench bench;
  EXPECT_EQ(run(bench.loop, pipelined(bench)),
            "HTTP/1.1 200 OK\r\nX-Method: POST\r\nContent-Length: 1\r\n\r\n"
            "aHTTP/1.1 200 OK\r\nX-Method: POST\r\nContent-Length: 1\r\nConnection: close\r\n\r\nb");
  run(bench.loop, bench.server->stop(std::chrono::steady_clock::now() + seconds{1}));
}

Task<Errc> ask_port(Loop& loop, std::uint16_t port) {
  HttpClient client(loop);
  HttpClientRequest request;
  request.url = {false, "127.0.0.1", port, "/"};
  auto response = co_await client.send(std::move(request));
  co_return response ? Errc::internal : response.error().code;
}
TEST(Http, APortThatNobodyListensOnIsUnavailable) {
  Loop loop;
  const testing::RefusingPort port;
  EXPECT_EQ(run(loop, ask_port(loop, port.number())), Errc::unavailable);
}

TEST(Http, APortInUseIsSaidSo) {
  Loop loop;
  auto first = Listener::open(loop, {"127.0.0.1", 0}).value();
  const auto second = Listener::open(loop, first->endpoint());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::already_exists);
  EXPECT_NE(second.error().message.find(first->endpoint().to_string()), std::string::npos);
}

struct TlsFixture : ::testing::Test {
  KeyPair authority = make_certificate_authority("test authority").value();
  KeyPair server_pair = make_certificate(authority, "server", {"127.0.0.1", "localhost"}).value();
  KeyPair client_pair = make_certificate(authority, "someone", {}).value();

  static Task<std::string> ask(Bench& bench, HttpClientOptions options, std::string host) {
    HttpClient client(bench.loop, std::move(options));
    HttpClientRequest request = bench.request("POST", "/echo", std::string(300'000, 'y'));
    request.url.tls = true;
    request.url.host = std::move(host);
    auto response = co_await client.send(std::move(request));
    if (!response) co_return response.error().message;
    auto text = co_await (*response)->read_all();
    co_return fmt::format("{} bytes", text ? text->size() : 0);
  }

  std::string ask_with(const TlsConfig& trust, std::string host = "127.0.0.1") {
    HttpServerOptions server_options;
    server_options.tls = TlsContext::server({.certificate_pem = server_pair.certificate_pem,
                                             .key_pem = server_pair.key_pem,
                                             .ca_pem = authority.certificate_pem})
                             .value();
    Bench bench(server_options);
    HttpClientOptions options;
    options.tls = TlsContext::client(trust).value();
    auto out = run(bench.loop, ask(bench, options, std::move(host)));
    run(bench.loop, bench.server->stop(std::chrono::steady_clock::now() + seconds{1}));
    return out;
  }
};

TEST_F(TlsFixture, ServesWhoTrustsTheAuthorityByAddressAndByName) {
  EXPECT_EQ(ask_with({.ca_pem = authority.certificate_pem}), "300000 bytes");
  EXPECT_EQ(ask_with({.ca_pem = authority.certificate_pem}, "localhost"), "300000 bytes");
  EXPECT_EQ(ask_with({.insecure_skip_verify = true}), "300000 bytes");
  EXPECT_EQ(ask_with({.certificate_pem = client_pair.certificate_pem,
                      .key_pem = client_pair.key_pem,
                      .ca_pem = authority.certificate_pem}),
            "300000 bytes");
}

TEST_F(TlsFixture, RefusesAnUnknownAuthorityAndSaysWhy) {
  const auto other = make_certificate_authority("another").value();
  EXPECT_NE(ask_with({.ca_pem = other.certificate_pem}).find("certificate was refused"), std::string::npos);
}

TEST_F(TlsFixture, SaysWhichPemIsWrong) {
  EXPECT_NE(TlsContext::server({.certificate_pem = "x", .key_pem = "y"}).error().message.find("certificate"),
            std::string::npos);
  EXPECT_NE(
      TlsContext::server({.certificate_pem = server_pair.certificate_pem, .key_pem = client_pair.key_pem})
          .error()
          .message.find("key"),
      std::string::npos);
  EXPECT_FALSE(TlsContext::client({.ca_pem = "nothing"}).has_value());
}

}  // namespace
}  // namespace dynamo::net
