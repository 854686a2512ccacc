#include "telemetry/trace.h"

#include <gtest/gtest.h>

namespace dynamo::telemetry {
namespace {

constexpr std::string_view kHeader = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

TEST(Traceparent, ReadsWhatItWrites) {
  const auto context = parse_traceparent(kHeader);
  ASSERT_TRUE(context.has_value());
  EXPECT_EQ(to_hex(context->trace_id), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(to_hex(context->span_id), "b7ad6b7169203331");
  EXPECT_TRUE(context->sampled);
  EXPECT_EQ(format_traceparent(*context), kHeader);
}

TEST(Traceparent, AChildKeepsTheTrace) {
  const auto context = parse_traceparent(kHeader);
  const auto child = context->child({1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_EQ(format_traceparent(child), "00-0af7651916cd43dd8448eb211c80319c-0102030405060708-01");
}

TEST(Traceparent, LaterVersionsMayAppend) {
  EXPECT_TRUE(parse_traceparent("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00-more").has_value());
}

TEST(Traceparent, IgnoresWhatTheStandardSaysToIgnore) {
  for (const std::string_view header : {"", "00", "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                                        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                                        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                                        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                                        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
                                        "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                                        "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00x"}) {
    EXPECT_FALSE(parse_traceparent(header).has_value()) << header;
  }
}

}  // namespace
}  // namespace dynamo::telemetry
