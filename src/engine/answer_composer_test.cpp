#include "engine/answer_composer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "engine/mock_text.h"

namespace dynamo::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

struct StopCase {
  std::string_view name;
  std::vector<std::string> stops;
  std::string_view text;
  std::string_view want;
  bool stopped;
};

class StopCutterTest : public ::testing::TestWithParam<StopCase> {};

TEST_P(StopCutterTest, AnySplitShowsTheSame) {
  const auto& row = GetParam();
  std::mt19937 random(1);
  for (int round = 0; round < 50; ++round) {
    StopCutter cutter(row.stops);
    std::string shown;
    for (std::size_t at = 0; at < row.text.size();) {
      const auto take = std::uniform_int_distribution<std::size_t>(1, 6)(random);
      shown += cutter.feed(row.text.substr(at, take));
      at += take;
    }
    shown += cutter.flush();
    ASSERT_EQ(shown, row.want);
    ASSERT_EQ(cutter.stopped(), row.stopped);
  }
}

INSTANTIATE_TEST_SUITE_P(Texts, StopCutterTest,
                         ::testing::Values(StopCase{"none", {}, "abc", "abc", false},
                                           StopCase{"absent", {"xyz"}, "abxyab", "abxyab", false},
                                           StopCase{"found", {"lo w"}, "hello world", "hel", true},
                                           StopCase{
                                               "first_of_two", {"world", "o"}, "hello world", "hell", true},
                                           StopCase{"one_in_another", {"abcd", "bc"}, "xabcde", "xa", true},
                                           StopCase{"at_the_start", {"he"}, "hello", "", true},
                                           StopCase{"almost_twice", {"aab"}, "aaab", "a", true}),
                         [](const auto& row) { return std::string(row.param.name); });

openai::Request request_of(std::string_view members, openai::Endpoint endpoint = openai::Endpoint::chat) {
  const std::string_view input = endpoint == openai::Endpoint::chat
                                     ? R"("messages":[{"role":"user","content":"hi"}])"
                                     : R"("prompt":"hi")";
  return *openai::parse_request(endpoint, fmt::format(R"({{"model":"m",{}{}}})", input, members));
}

TEST(AnswerComposer, StreamsOneChunkPerChoiceAndPiece) {
  AnswerComposer answer(request_of(R"(,"stream":true,"stream_options":{"include_usage":true})"), "r", 1,
                        "mock", 2);
  answer.set_prompt_tokens(3);
  EXPECT_EQ(answer.take(), "");
  answer.add_word(0, "one");
  answer.add_word(0, "two");
  answer.add_word(1, "three");
  const auto first = answer.take();
  EXPECT_THAT(first, HasSubstr(R"({"index":0,"delta":{"role":"assistant","content":""})"));
  EXPECT_THAT(first, HasSubstr(R"({"index":0,"delta":{"content":"one two"})"));
  EXPECT_THAT(first, HasSubstr(R"({"index":1,"delta":{"content":"three"})"));
  answer.add_word(0, "four");
  answer.finish(0, "length");
  const auto second = answer.take();
  EXPECT_THAT(second, HasSubstr(R"("content":" four")"));
  EXPECT_THAT(second, Not(HasSubstr("DONE")));
  answer.finish(1, "stop");
  EXPECT_TRUE(answer.finished());
  EXPECT_THAT(answer.take(),
              HasSubstr(R"("usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7)"));
  EXPECT_EQ(answer.take(), "");
}

TEST(AnswerComposer, StopStringsEndAChoice) {
  AnswerComposer answer(request_of(R"(,"stop":"o t")"), "r", 1, "mock", 1);
  EXPECT_FALSE(answer.add_word(0, "two"));
  EXPECT_TRUE(answer.add_word(0, "three"));
  EXPECT_THAT(answer.take(),
              HasSubstr(R"("content":"tw","refusal":null},"logprobs":null,"finish_reason":"stop")"));
}

TEST(AnswerComposer, AUnaryAnswerComesWhole) {
  AnswerComposer answer(request_of("", openai::Endpoint::completions), "r", 1, "mock", 1);
  answer.preface(0, "hi");
  answer.add_word(0, "one");
  EXPECT_EQ(answer.take(), "");
  answer.finish(0, "length");
  EXPECT_THAT(answer.take(), HasSubstr(R"("text":"hione")"));
  EXPECT_EQ(answer.take(), "");
}

TEST(AnswerComposer, RunningUsageStandsInEveryChunk) {
  AnswerComposer answer(request_of(R"(,"stream":true,"stream_options":{"continuous_usage_stats":true})"), "r",
                        1, "mock", 1);
  answer.add_word(0, "one");
  EXPECT_THAT(answer.take(), HasSubstr(R"("completion_tokens":1)"));
}

TEST(MockText, WordsDependOnSeedAndPositionOnly) {
  EXPECT_EQ(mock_word(1, 2), mock_word(1, 2));
  std::set<std::string_view> words;
  for (std::size_t i = 0; i < 200; ++i) words.insert(mock_word(9, i));
  EXPECT_GT(words.size(), 40u);
}

TEST(MockText, SplitsAtWhiteSpace) {
  EXPECT_THAT(split_words("  a\tbc \n d"), ElementsAre("a", "bc", "d"));
  EXPECT_THAT(split_words(" "), ElementsAre());
}

TEST(MockText, AConversationThatGoesOnSharesItsPrefix) {
  std::vector<openai::Message> messages{{"user", "one two three"}};
  const auto first = chat_prompt(messages, 1);
  messages.push_back({"assistant", "four five"});
  const auto second = chat_prompt(messages, 1);
  ASSERT_EQ(first.length(), 5u);
  ASSERT_EQ(second.length(), 8u);
  EXPECT_TRUE(
      std::equal(first.full_blocks().begin(), first.full_blocks().end(), second.full_blocks().begin()));
}

TEST(MockText, SeedsDifferByChoice) {
  const auto prompt = completion_prompt(openai::Prompt("a b"), 16);
  EXPECT_NE(answer_seed(std::nullopt, prompt, 0), answer_seed(std::nullopt, prompt, 1));
  EXPECT_EQ(answer_seed(5, prompt, 1), answer_seed(5, completion_prompt(openai::Prompt("x"), 16), 1));
}

}  // namespace
}  // namespace dynamo::engine
