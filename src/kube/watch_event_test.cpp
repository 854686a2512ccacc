#include "kube/watch_event.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kube/status.h"

namespace dynamo::kube {
namespace {

TEST(WatchDecoderTest, ReadsEventsHoweverTheyAreCut) {
  const std::string bytes = R"({"type":"ADDED","object":{"metadata":{"name":"a"}}})"
                            "\n\r\n"
                            R"({"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"5"}}})"
                            "\n";
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    WatchDecoder decoder;
    std::vector<std::string> seen;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      decoder.feed(std::string_view(bytes).substr(at, piece));
      for (auto event = decoder.next(); event && *event; event = decoder.next()) {
        seen.push_back(json::dump((*event)->object));
      }
    }
    EXPECT_THAT(seen, ::testing::ElementsAre(R"({"metadata":{"name":"a"}})",
                                             R"({"metadata":{"resourceVersion":"5"}})"));
  }
}

TEST(WatchDecoderTest, AnErrorEventIsAnError) {
  WatchDecoder decoder;
  decoder.feed(
      R"({"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}})"
      "\n");
  const auto event = decoder.next();
  ASSERT_FALSE(event);
  EXPECT_EQ(event.error().code, Errc::gone);
  EXPECT_EQ(event.error().message, "too old");
}

TEST(WatchDecoderTest, RefusesWhatIsNoEvent) {
  for (const std::string_view line : {"x\n", "{}\n", "[]\n",
                                      R"({"type":"NEW","object":{}})"
                                      "\n",
                                      R"({"type":"ADDED","object":1})"
                                      "\n"}) {
    WatchDecoder decoder;
    decoder.feed(line);
    EXPECT_FALSE(decoder.next()) << line;
  }
}

TEST(WatchDecoderTest, BoundsAnEvent) {
  WatchDecoder decoder(16);
  decoder.feed(std::string(10, 'x'));
  EXPECT_TRUE(decoder.next());
  decoder.feed(std::string(10, 'x'));
  EXPECT_EQ(decoder.next().error().code, Errc::too_large);
}

struct StatusCase {
  std::string_view name;
  int http;
  std::string_view body;
  Errc code;
  std::string_view message;
};
class StatusTest : public ::testing::TestWithParam<StatusCase> {};
TEST_P(StatusTest, BecomesAnError) {
  const auto& row = GetParam();
  const Error error = error_from_answer(row.http, row.body);
  EXPECT_EQ(error.code, row.code);
  EXPECT_EQ(error.message, row.message);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, StatusTest,
    ::testing::Values(StatusCase{"exists", 409, R"({"kind":"Status","reason":"AlreadyExists","message":"m"})",
                                 Errc::already_exists, "m"},
                      StatusCase{"conflict", 409, R"({"kind":"Status","reason":"Conflict","message":"m"})",
                                 Errc::conflict, "m"},
                      StatusCase{"unknown_reason", 404, R"({"kind":"Status","reason":"Odd","message":"m"})",
                                 Errc::not_found, "m"},
                      StatusCase{"code_of_the_status", 200, R"({"kind":"Status","code":403,"message":"m"})",
                                 Errc::forbidden, "m"},
                      StatusCase{"without_message", 500, R"({"kind":"Status"})", Errc::internal,
                                 "the API server answered 500"},
                      StatusCase{"plain_text", 502, "bad gateway", Errc::unavailable,
                                 "the API server answered 502: bad gateway"},
                      StatusCase{"nothing", 401, "", Errc::unauthorized, "the API server answered 401"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(StatusTest, RoundTripKeepsDetails) {
  const Error error = error_from_answer(
      429,
      R"({"kind":"Status","reason":"TooManyRequests","message":"slow","code":429,"details":{"retryAfterSeconds":3}})");
  EXPECT_EQ(retry_after(error), std::chrono::seconds{3});
  EXPECT_EQ(int_at(make_status(error), {"details", "retryAfterSeconds"}), 3);
  const json::object made = make_status(Error{Errc::gone, "too old"});
  EXPECT_EQ(json::string_at(made, {"reason"}), "Expired");
  EXPECT_EQ(int_at(made, {"code"}), 410);
}

}  // namespace
}  // namespace dynamo::kube
