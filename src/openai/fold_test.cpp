#include "openai/fold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

namespace dynamo::openai {
namespace {

using ::testing::HasSubstr;

std::string fold_all(Endpoint endpoint, const std::vector<std::string>& chunks) {
  Fold fold(endpoint);
  for (const auto& chunk : chunks) {
    const auto added = fold.add(chunk);
    if (!added) return "error: " + added.error().message;
  }
  return json::dump(fold.take());
}

std::string chat_chunk(std::string_view choices, std::string_view more = {}) {
  return fmt::format(
      R"({{"id":"c1","object":"chat.completion.chunk","created":5,"model":"m","choices":[{}]{}}})", choices,
      more);
}

TEST(Fold, JoinsAChatAsVllmStreamsIt) {
  EXPECT_EQ(
      fold_all(
          Endpoint::chat,
          {chat_chunk(
               R"({"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null})",
               R"(,"prompt_token_ids":null)"),
           chat_chunk(
               R"({"index":0,"delta":{"content":"he"},"logprobs":null,"finish_reason":null,"token_ids":[1]})"),
           chat_chunk(
               R"({"index":0,"delta":{"content":"llo"},"logprobs":null,"finish_reason":"stop","stop_reason":"e","token_ids":[2,3]})"),
           chat_chunk(
               "",
               R"(,"usage":{"prompt_tokens":2,"total_tokens":4,"completion_tokens":2},"system_fingerprint":"v")"),
           "[DONE]"}),
      R"({"id":"c1","object":"chat.completion","created":5,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"hello"},)"
      R"("logprobs":null,"finish_reason":"stop","token_ids":[1,2,3],"stop_reason":"e"}],"prompt_token_ids":null,)"
      R"("usage":{"prompt_tokens":2,"total_tokens":4,"completion_tokens":2},"system_fingerprint":"v"})");
}

TEST(Fold, TakesNullContentAsLlamaStreamsIt) {
  EXPECT_EQ(
      fold_all(Endpoint::chat,
               {chat_chunk(R"({"finish_reason":null,"index":0,"delta":{"role":"assistant","content":null}})"),
                chat_chunk(R"({"finish_reason":null,"index":0,"delta":{"content":"x"}})"),
                chat_chunk(R"({"finish_reason":"length","index":0,"delta":{}})")}),
      R"({"id":"c1","object":"chat.completion","created":5,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"x"},)"
      R"("logprobs":null,"finish_reason":"length"}]})");
}

TEST(Fold, JoinsToolCallsByIndex) {
  EXPECT_EQ(
      fold_all(
          Endpoint::chat,
          {chat_chunk(R"({"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null})"),
           chat_chunk(
               R"({"index":0,"delta":{"content":null,"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f"}}]}})"),
           chat_chunk(
               R"({"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\""}}]}})"),
           chat_chunk(
               R"({"index":0,"delta":{"tool_calls":[{"index":1,"id":"b","type":"function","function":{"name":"g","arguments":""}}]}})"),
           chat_chunk(R"({"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]}})"),
           chat_chunk(R"({"index":0,"delta":{},"finish_reason":"tool_calls"})")}),
      R"({"id":"c1","object":"chat.completion","created":5,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":null,)"
      R"("tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}},)"
      R"({"id":"b","type":"function","function":{"name":"g","arguments":""}}]},"logprobs":null,"finish_reason":"tool_calls"}]})");
}

TEST(Fold, ConcatenatesLogprobsOfBothKinds) {
  EXPECT_THAT(
      fold_all(Endpoint::chat,
               {chat_chunk(R"({"index":0,"delta":{"content":"a"},"logprobs":{"content":[{"token":"a"}]}})"),
                chat_chunk(R"({"index":0,"delta":{"content":"b"},"logprobs":{"content":[{"token":"b"}]}})")}),
      HasSubstr(R"("logprobs":{"content":[{"token":"a"},{"token":"b"}]})"));
  EXPECT_THAT(
      fold_all(
          Endpoint::completions,
          {R"({"choices":[{"index":0,"text":"a","logprobs":{"tokens":["a"],"token_logprobs":[-1.5],"top_logprobs":[{"a":-1.5}],"text_offset":[0]}}]})",
           R"({"choices":[{"index":0,"text":"b","logprobs":{"tokens":["b"],"token_logprobs":[null],"top_logprobs":[null],"text_offset":[1]}}]})"}),
      HasSubstr(
          R"("text":"ab","logprobs":{"tokens":["a","b"],"token_logprobs":[-1.5,null],"top_logprobs":[{"a":-1.5},null],"text_offset":[0,1]})"));
}

TEST(Fold, OrdersChoicesByIndex) {
  EXPECT_EQ(
      fold_all(Endpoint::completions,
               {R"({"id":"x","choices":[{"index":1,"text":"b","finish_reason":"stop"}]})",
                R"({"id":"x","choices":[{"index":0,"text":"a","finish_reason":"length"}]})"}),
      R"({"id":"x","object":"text_completion","choices":[{"index":0,"text":"a","logprobs":null,"finish_reason":"length"},)"
      R"({"index":1,"text":"b","logprobs":null,"finish_reason":"stop"}]})");
}

TEST(Fold, KnowsWhenItIsCompleteAndDone) {
  Fold fold(Endpoint::completions);
  EXPECT_FALSE(fold.complete());
  ASSERT_TRUE(
      fold.add(R"({"choices":[{"index":0,"text":"a"},{"index":1,"text":"b","finish_reason":"stop"}]})")
          .has_value());
  EXPECT_FALSE(fold.complete());
  ASSERT_TRUE(fold.add(R"({"choices":[{"index":0,"text":"","finish_reason":"stop"}]})").has_value());
  EXPECT_TRUE(fold.complete());
  EXPECT_FALSE(fold.done());
  ASSERT_TRUE(fold.add("[DONE]").has_value());
  EXPECT_TRUE(fold.done());
}

struct BrokenCase {
  std::string_view name;
  std::string_view data;
  Errc code;
  std::string_view message;
};

class BrokenChunkTest : public ::testing::TestWithParam<BrokenCase> {};

TEST_P(BrokenChunkTest, IsAnError) {
  Fold fold(Endpoint::chat);
  const auto added = fold.add(GetParam().data);
  ASSERT_FALSE(added.has_value());
  EXPECT_EQ(added.error().code, GetParam().code);
  EXPECT_THAT(added.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Chunks, BrokenChunkTest,
    ::testing::Values(BrokenCase{"cut", R"({"id":)", Errc::unavailable, "not valid JSON"},
                      BrokenCase{"array", "[]", Errc::unavailable, "not a JSON object"},
                      BrokenCase{"error_with_code", R"({"error":{"message":"bad prompt","code":400}})",
                                 Errc::invalid, "bad prompt"},
                      BrokenCase{"error_without_code", R"({"error":{"message":"boom"}})", Errc::internal,
                                 "boom"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Fold, IsBounded) {
  Fold fold(Endpoint::chat, 10);
  EXPECT_EQ(fold.add(R"({"choices":[]})").error().code, Errc::too_large);
}

/// One text cut at random places into chunks, choices interleaved at random.
std::vector<std::string> random_chunks(const std::vector<std::string>& texts, std::mt19937& random) {
  std::vector<std::string> out;
  std::vector<std::size_t> at(texts.size(), 0);
  std::vector<bool> ended(texts.size(), false);
  while (!std::ranges::all_of(ended, std::identity{})) {
    const std::size_t i = std::uniform_int_distribution<std::size_t>(0, texts.size() - 1)(random);
    if (ended[i]) continue;
    const std::size_t left = texts[i].size() - at[i];
    const std::size_t take = std::uniform_int_distribution<std::size_t>(0, left)(random);
    const std::string piece = texts[i].substr(at[i], take);
    at[i] += take;
    ended[i] = at[i] == texts[i].size();
    out.push_back(chat_chunk(fmt::format(
        R"({{"index":{},"delta":{{"content":"{}","tool_calls":[{{"index":0,"function":{{"arguments":"{}"}}}}]}},"finish_reason":{}}})",
        i, piece, piece, ended[i] ? R"("stop")" : "null")));
  }
  return out;
}

TEST(Fold, AnySplitAndInterleavingFoldsToTheSame) {
  std::mt19937 random(11);
  const std::vector<std::string> texts{"the quick brown fox", "jumps", ""};
  const std::string want = fold_all(Endpoint::chat, random_chunks(texts, random));
  EXPECT_THAT(want, HasSubstr("the quick brown fox"));
  for (int round = 0; round < 500; ++round) {
    ASSERT_EQ(fold_all(Endpoint::chat, random_chunks(texts, random)), want);
  }
}

}  // namespace
}  // namespace dynamo::openai
