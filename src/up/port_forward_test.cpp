#include "up/port_forward.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/http_client.h"
#include "net/http_server.h"

namespace dynamo::up {
namespace {

using testing::HasSubstr;

/// An HTTP server that answers with what it was sent, and a forward to it.
class PortForwardTest : public testing::Test {
 protected:
  PortForwardTest()
      : server_(loop_,
                [](net::HttpRequest& request, net::HttpResponder& out) { return answer(request, out); }, {}),
        target_(*server_.listen({"127.0.0.1", 0})),
        forward_(std::move(*PortForward::open(loop_, {"127.0.0.1", 0}, [this] { return chosen_; }))) {
    chosen_ = target_;
  }

  static net::Task<void> answer(net::HttpRequest& request, net::HttpResponder& out) {
    net::HttpResponse response{.status = 200, .headers = {}, .body = request.body};
    co_await out.send(std::move(response));
  }

  void run(net::Task<void> body) { net::run(loop_, beside(std::move(body))); }
  net::Task<void> beside(net::Task<void> body) {
    net::TaskGroup group(loop_);
    group.spawn(forward_->run(group.stop_token()));
    co_await std::move(body);
    group.request_stop();
    co_await group.join();
    co_await server_.stop(loop_.now());
  }

  net::Task<Result<std::unique_ptr<net::HttpClientResponse>>> post(std::string body) {
    net::HttpClientRequest request;
    request.method = "POST";
    request.url.host = "127.0.0.1";
    request.url.port = forward_->endpoint().port;
    request.body = std::move(body);
    auto response = co_await client_.send(std::move(request));
    co_return response;
  }

  net::Loop loop_;
  net::HttpServer server_;
  net::Endpoint target_;
  std::optional<net::Endpoint> chosen_;
  std::unique_ptr<PortForward> forward_;
  net::HttpClient client_{loop_};

 public:
  net::Task<void> carries_both_ways() {
    const std::string big(3u << 20, 'x');
    auto response = co_await post(big);
    if (!response) co_return ADD_FAILURE() << response.error().message;
    const auto body = co_await (*response)->read_all();
    EXPECT_EQ(body.value_or("").size(), big.size());
  }
  net::Task<void> says_that_nobody_is_there() {
    auto response = co_await post("hello");
    if (!response) co_return ADD_FAILURE() << response.error().message;
    EXPECT_EQ((*response)->status(), 503);
    const auto body = co_await (*response)->read_all();
    EXPECT_THAT(body.value_or(""), HasSubstr("no frontend of the graph is ready yet"));
  }
};

TEST_F(PortForwardTest, CarriesBytesBothWays) { run(carries_both_ways()); }

TEST_F(PortForwardTest, SaysWhenThereIsNoTarget) {
  chosen_.reset();
  run(says_that_nobody_is_there());
}

TEST_F(PortForwardTest, SaysWhenTheTargetRefuses) {
  chosen_ = net::Endpoint{"127.0.0.1", 1};
  run(says_that_nobody_is_there());
}

TEST_F(PortForwardTest, APortInUseIsAnError) {
  const auto second = PortForward::open(loop_, forward_->endpoint(), [] { return std::nullopt; });
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::already_exists);
  run(carries_both_ways());
}

}  // namespace
}  // namespace dynamo::up
