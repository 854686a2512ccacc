#pragma once

#include <deque>
#include <filesystem>
#include <gtest/gtest.h>
#include <string>

#include "apiserver/server.h"
#include "net/http_client.h"

namespace dynamo::apiserver {

struct Reply {
  int code = 0;
  json::value body;
  net::Headers headers;
  std::string text;
  std::string_view at(std::initializer_list<std::string_view> path) const {
    return json::string_at(body, path);
  }
  std::string_view message() const { return at({"message"}); }
};

/// A log that tells three lines and, when followed, waits for `more`.
class FakeLog final : public LogSource {
 public:
  explicit FakeLog(net::Loop& loop) : more(loop) {}
  net::Task<Result<std::unique_ptr<LogStream>>> open(LogRequest request) override {
    last = request;
    co_return std::unique_ptr<LogStream>(std::make_unique<Stream>(*this, request));
  }
  LogRequest last;
  net::Event more;

 private:
  struct Stream final : LogStream {
    Stream(FakeLog& log, LogRequest request) : log_(log), request_(std::move(request)) {}
    net::Task<Result<std::string_view>> read() override {
      ++step_;
      if (step_ == 1) co_return std::string_view("one\ntwo\n");
      if (step_ > 2 || !request_.follow) co_return std::string_view();
      const bool woken = co_await log_.more.wait(request_.stop);
      co_return woken ? std::string_view("three\n") : std::string_view();
    }
    FakeLog& log_;
    LogRequest request_;
    int step_ = 0;
  };
};

/// A server in memory (or in `folder`) and a client of its administrator.
class ServerTest : public ::testing::Test {
 protected:
  void SetUp() override { start(); }
  void TearDown() override {
    client_.reset();
    end();
  }

  void start(const std::string& folder = "") {
    server_ = Server::open(loop_, {.data_dir = folder, .logs = &logs_}).value();
    const auto at = net::run(loop_, server_->start());
    ASSERT_TRUE(at) << at.error().message;
    token_ = server_->admin_token();
    net::HttpClientOptions options;
    options.tls = net::TlsContext::client({.ca_pem = server_->authority_pem()}).value();
    client_ = std::make_unique<net::HttpClient>(loop_, options);
  }
  void end() {
    if (!server_) return;
    net::run(loop_, server_->stop(loop_.now() + std::chrono::milliseconds{200}));
    server_.reset();
  }

  net::HttpClientRequest request(std::string method, std::string target, std::string body, std::string type,
                                 std::string accept = "application/json") {
    net::HttpClientRequest out;
    out.method = std::move(method);
    out.url = net::Url::parse("https://" + server_->endpoint().to_string()).value();
    out.url.target = std::move(target);
    out.headers.add("Accept", std::move(accept));
    if (!token_.empty()) out.headers.add("Authorization", "Bearer " + token_);
    if (!type.empty()) out.headers.add("Content-Type", std::move(type));
    out.headers.add("User-Agent", "tester/1.0");
    out.body = std::move(body);
    return out;
  }

  static net::Task<Reply> exchange(net::HttpClient& client, net::HttpClientRequest request) {
    auto response = co_await client.send(std::move(request));
    Reply reply;
    if (!response) {
      reply.text = response.error().message;
      co_return reply;
    }
    reply.code = (*response)->status();
    reply.headers = (*response)->headers();
    auto text = co_await (*response)->read_all();
    reply.text = text.value_or("");
    reply.body = json::parse(reply.text).value_or(json::value{});
    co_return reply;
  }

  Reply call(std::string method, std::string target, std::string body = "",
             std::string type = "application/json", std::string accept = "application/json") {
    return net::run(loop_, exchange(*client_, request(std::move(method), std::move(target), std::move(body),
                                                      std::move(type), std::move(accept))));
  }
  Reply get(std::string target, std::string accept = "application/json") {
    return call("GET", std::move(target), "", "", std::move(accept));
  }
  Reply post(std::string target, std::string body) {
    return call("POST", std::move(target), std::move(body));
  }
  Reply merge(std::string target, std::string body) {
    return call("PATCH", std::move(target), std::move(body), "application/merge-patch+json");
  }
  Reply apply(std::string target, std::string body) {
    return call("PATCH", std::move(target), std::move(body), "application/apply-patch+yaml");
  }

  /// Reads a stream until `lines` lines are there or it ends.
  static net::Task<std::vector<std::string>> read_lines(net::HttpClient& client,
                                                        net::HttpClientRequest request, std::size_t lines) {
    std::vector<std::string> out;
    std::string buffer;
    auto response = co_await client.send(std::move(request));
    while (response && out.size() < lines) {
      auto piece = co_await (*response)->read();
      if (!piece || piece->empty()) break;
      buffer += *piece;
      for (auto end = buffer.find('\n'); end != std::string::npos; end = buffer.find('\n')) {
        out.push_back(buffer.substr(0, end));
        buffer.erase(0, end + 1);
      }
    }
    co_return out;
  }
  /// Ends after a minute when they do not come.
  std::vector<std::string> watch(std::string target, std::size_t lines) {
    if (target.find("timeoutSeconds") == std::string::npos) target += "&timeoutSeconds=60";
    return net::run(loop_, read_lines(*client_, request("GET", std::move(target), "", ""), lines));
  }

  net::Loop loop_;
  FakeLog logs_{loop_};
  std::unique_ptr<Server> server_;
  std::unique_ptr<net::HttpClient> client_;
  std::string token_;
};

inline constexpr std::string_view kDefault = "/api/v1/namespaces/default";

}  // namespace dynamo::apiserver
