#include "net/sse.h"

#include <gtest/gtest.h>
#include <random>

namespace dynamo::net {
namespace {

struct Seen {
  std::string event, data, comment;
  friend bool operator==(const Seen&, const Seen&) = default;
  friend void PrintTo(const Seen& s, std::ostream* out) {
    *out << s.event << "|" << s.data << "|" << s.comment;
  }
};

void drain(SseParser& parser, std::vector<Seen>& out) {
  SseEvent event;
  while (parser.next(event))
    out.push_back({std::string(event.event), std::string(event.data), std::string(event.comment)});
}

std::vector<Seen> parse_whole(std::string_view text) {
  SseParser parser;
  std::vector<Seen> out;
  parser.feed(text);
  drain(parser, out);
  return out;
}

struct SseCase {
  std::string_view name;
  std::string_view text;
  std::vector<Seen> events;
};
class SseTest : public ::testing::TestWithParam<SseCase> {};

TEST_P(SseTest, GivesTheseEvents) { EXPECT_EQ(parse_whole(GetParam().text), GetParam().events); }

TEST_P(SseTest, GivesTheSameInPiecesOfAnySize) {
  const auto& c = GetParam();
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    SseParser parser;
    std::vector<Seen> out;
    for (std::size_t at = 0; at < c.text.size();) {
      const std::size_t size = 1 + random() % 5;
      parser.feed(c.text.substr(at, size));
      drain(parser, out);
      at += size;
    }
    EXPECT_EQ(out, c.events);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Streams, SseTest,
    ::testing::Values(
        SseCase{"one", "data: a\n\n", {{"", "a", ""}}},
        SseCase{"two_in_one_read", "data: a\n\ndata: [DONE]\n\n", {{"", "a", ""}, {"", "[DONE]", ""}}},
        SseCase{"crlf", "data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n", {{"", "a\nb", ""}, {"", "c", ""}}},
        SseCase{"no_space", "data:a\n\n", {{"", "a", ""}}},
        SseCase{"named_error", "event: error\n: it broke\n\n", {{"error", "", "it broke"}}},
        SseCase{"keep_alive_comment", ":\n\ndata: a\n\n", {{"", "", ""}, {"", "a", ""}}},
        SseCase{"id_and_unknown_fields_are_skipped", "id: 4\nfoo: x\n\ndata: a\n\n", {{"", "a", ""}}},
        SseCase{"event_without_data_is_dropped", "event: x\n\ndata: a\n\n", {{"", "a", ""}}},
        SseCase{"unfinished", "data: a\n\ndata: b\n", {{"", "a", ""}}}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Sse, AnEventBeyondTheLimitOverflowsInsteadOfGrowing) {
  SseParser parser(1000);
  SseEvent event;
  for (int i = 0; i < 100 && !parser.overflow(); ++i) {
    parser.feed("data: " + std::string(50, 'x') + "\n");
    EXPECT_FALSE(parser.next(event));
  }
  EXPECT_TRUE(parser.overflow());
}

}  // namespace
}  // namespace dynamo::net
