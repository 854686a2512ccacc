#include "openai/event_splitter.h"

#include <gtest/gtest.h>
#include <random>
#include <vector>

namespace dynamo::openai {
namespace {

std::vector<std::string> split(std::string_view text, std::size_t piece) {
  EventSplitter splitter;
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    const std::string bytes(text.substr(at, piece));  // goes away after each round, as a read buffer does
    splitter.feed(bytes);
    std::string_view event;
    while (splitter.next(event)) out.emplace_back(event);
    splitter.keep_rest();
  }
  return out;
}

TEST(EventSplitter, KeepsEveryByteWhereverTheStreamIsCut) {
  const std::vector<std::string> events{"data: {\"a\":1}\n\n", ": note\n\n",
                                        "event: error\ndata: x\r\ndata: y\r\n\r\n", "data: [DONE]\n\n"};
  std::string text;
  for (const auto& event : events) text += event;
  for (std::size_t piece = 1; piece <= text.size(); ++piece) EXPECT_EQ(split(text, piece), events) << piece;
}

TEST(EventSplitter, AnUnfinishedEventStaysUntilItsEnd) {
  EventSplitter splitter;
  std::string_view event;
  splitter.feed("data: a\n");
  EXPECT_FALSE(splitter.next(event));
  splitter.keep_rest();
  splitter.feed("\n");
  ASSERT_TRUE(splitter.next(event));
  EXPECT_EQ(event, "data: a\n\n");
}

TEST(EventSplitter, EventsStayWhenTheRestIsKept) {
  EventSplitter splitter;
  std::string_view event;
  splitter.feed("data: be");
  EXPECT_FALSE(splitter.next(event));
  splitter.keep_rest();
  splitter.feed("gun\n\ndata: whole\n\ndata: cut");
  std::string_view first;
  std::string_view second;
  ASSERT_TRUE(splitter.next(first));
  ASSERT_TRUE(splitter.next(second));
  EXPECT_FALSE(splitter.next(event));
  splitter.keep_rest();
  EXPECT_EQ(first, "data: begun\n\n");
  EXPECT_EQ(second, "data: whole\n\n");
  EXPECT_EQ(first.end(), second.begin()) << "neighbours";
}

TEST(EventSplitter, AnEndlessEventOverflows) {
  EventSplitter splitter(100);
  std::string_view event;
  for (int i = 0; i < 20 && !splitter.overflow(); ++i) {
    splitter.feed("data: xxxx\n");
    EXPECT_FALSE(splitter.next(event));
    splitter.keep_rest();
  }
  EXPECT_TRUE(splitter.overflow());
}

TEST(EventSplitter, KnowsTheEndMark) {
  EXPECT_TRUE(is_done_event("data: [DONE]\n\n"));
  EXPECT_TRUE(is_done_event("data:[DONE]\r\n\r\n"));
  EXPECT_TRUE(is_done_event("event: end\ndata: [DONE]\n\n"));
  EXPECT_FALSE(is_done_event("data: \"[DONE]\"\n\n"));
  EXPECT_FALSE(is_done_event(": [DONE]\n\n"));
  EXPECT_TRUE(has_data("event: x\ndata: y\n\n"));
  EXPECT_FALSE(has_data(": keep-alive\n\n"));
  EXPECT_FALSE(has_data(": data: x\n\n"));
  EXPECT_TRUE(has_data(": x\n\ndata: y\n\n"));
}

}  // namespace
}  // namespace dynamo::openai
