#include "openai/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynamo::openai {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kChat = R"({"model":"m","messages":[{"role":"user","content":"hi"}]})";

/// The smallest valid body of the endpoint, with `members` added.
std::string body_with(Endpoint endpoint, std::string_view members) {
  const std::string_view base =
      endpoint == Endpoint::chat ? R"("messages":[{"role":"user","content":"hi"}])" : R"("prompt":"hi")";
  return fmt::format(R"({{"model":"m",{}{}{}}})", base, members.empty() ? "" : ",", members);
}

TEST(ParseRequest, ReadsAChat) {
  const auto request = parse_request(Endpoint::chat, R"({
    "model": "m", "stream": true, "stream_options": {"include_usage": true, "continuous_usage_stats": true},
    "max_tokens": 5, "max_completion_tokens": 7, "n": 2, "stop": ["a", "b"], "seed": -3, "user": "u",
    "messages": [{"role": "system", "content": "be brief"},
                 {"role": "user", "content": [{"type": "text", "text": "one "}, {"type": "image_url", "image_url": {"url": "x"}},
                                              {"type": "text", "text": "two"}]},
                 {"role": "assistant", "tool_calls": []}],
    "guided_regex": "x+"})");
  ASSERT_TRUE(request.has_value()) << request.error().message;
  EXPECT_EQ(request->model, "m");
  EXPECT_TRUE(request->stream && request->include_usage && request->continuous_usage);
  EXPECT_EQ(request->max_tokens, 7u);
  EXPECT_EQ(request->n, 2u);
  EXPECT_THAT(request->stop, ElementsAre("a", "b"));
  EXPECT_EQ(request->seed, -3);
  EXPECT_EQ(request->user, "u");
  EXPECT_THAT(request->messages, ElementsAre(Message{"system", "be brief"}, Message{"user", "one two"},
                                             Message{"assistant", ""}));
  EXPECT_EQ(json::string_at(request->body, {"guided_regex"}), "x+");
}

TEST(ParseRequest, DefaultsAreThoseOfTheApi) {
  const auto request = parse_request(Endpoint::chat, kChat);
  ASSERT_TRUE(request.has_value());
  EXPECT_FALSE(request->stream || request->include_usage || request->echo);
  EXPECT_EQ(request->max_tokens, std::nullopt);
  EXPECT_EQ(request->n, 1u);
  EXPECT_TRUE(request->stop.empty());
}

TEST(ParseRequest, NullCountsAsAbsent) {
  const auto request = parse_request(
      Endpoint::chat,
      body_with(Endpoint::chat, R"("max_tokens":null,"stop":null,"stream_options":null,"functions":null)"));
  EXPECT_TRUE(request.has_value()) << request.error().message;
}

struct PromptCase {
  std::string_view name;
  std::string_view prompt;
  std::vector<Prompt> want;
};

class PromptTest : public ::testing::TestWithParam<PromptCase> {};

TEST_P(PromptTest, ReadsEveryForm) {
  const auto request =
      parse_request(Endpoint::completions, fmt::format(R"({{"model":"m","prompt":{}}})", GetParam().prompt));
  ASSERT_TRUE(request.has_value()) << request.error().message;
  EXPECT_EQ(request->prompts, GetParam().want);
}

using Ids = std::vector<std::uint32_t>;

INSTANTIATE_TEST_SUITE_P(
    Forms, PromptTest,
    ::testing::Values(PromptCase{"text", R"("a")", {Prompt("a")}},
                      PromptCase{"texts", R"(["a","b"])", {Prompt("a"), Prompt("b")}},
                      PromptCase{"ids", "[1,2]", {Prompt(Ids{1, 2})}},
                      PromptCase{"lists_of_ids", "[[1],[2,3]]", {Prompt(Ids{1}), Prompt(Ids{2, 3})}}),
    [](const auto& row) { return std::string(row.param.name); });

struct RefusalCase {
  std::string_view name;
  Endpoint endpoint;
  std::string_view members;  // added to a valid body
  std::string_view param;
  std::string_view message;
};

class RefusalTest : public ::testing::TestWithParam<RefusalCase> {};

TEST_P(RefusalTest, NamesTheFieldAndWhatIsAllowed) {
  const auto& row = GetParam();
  const auto request = parse_request(row.endpoint, body_with(row.endpoint, row.members));
  ASSERT_FALSE(request.has_value());
  EXPECT_EQ(request.error().code, Errc::invalid);
  EXPECT_THAT(request.error().message, HasSubstr(row.message));
  ASSERT_NE(request.error().details, nullptr);
  EXPECT_EQ(json::string_at(*request.error().details, {"param"}), row.param);
}

constexpr auto kC = Endpoint::chat;
constexpr auto kT = Endpoint::completions;

INSTANTIATE_TEST_SUITE_P(
    Fields, RefusalTest,
    ::testing::Values(
        RefusalCase{"temperature", kC, R"("temperature":2.5)", "temperature",
                    "Validation: `temperature` must be 0 to 2, got 2.5"},
        RefusalCase{"top_p", kC, R"("top_p":-0.1)", "top_p", "must be 0 to 1"},
        RefusalCase{"frequency_penalty", kC, R"("frequency_penalty":3)", "frequency_penalty",
                    "must be -2 to 2"},
        RefusalCase{"presence_penalty", kC, R"("presence_penalty":-3)", "presence_penalty",
                    "must be -2 to 2"},
        RefusalCase{"n_zero", kC, R"("n":0)", "n", "must be 1 to 128"},
        RefusalCase{"n_many", kC, R"("n":129)", "n", "must be 1 to 128"},
        RefusalCase{"n_fraction", kC, R"("n":1.5)", "n", "must be a whole number"},
        RefusalCase{"top_logprobs", kC, R"("top_logprobs":21)", "top_logprobs", "must be 0 to 20"},
        RefusalCase{"logprobs", kT, R"("logprobs":6)", "logprobs", "must be 0 to 5"},
        RefusalCase{"max_tokens", kC, R"("max_tokens":0)", "max_tokens", "must be 1 to"},
        RefusalCase{"max_tokens_huge", kC, R"("max_tokens":99999999999999999999)", "max_tokens",
                    "`max_tokens` must be"},
        RefusalCase{"stream_type", kC, R"("stream":"yes")", "stream", "must be a boolean, got a string"},
        RefusalCase{"options_without_stream", kC, R"("stream_options":{})", "stream_options",
                    "only allowed with `stream`"},
        RefusalCase{"options_member", kC, R"("stream":true,"stream_options":{"include_usage":1})",
                    "stream_options", "booleans"},
        RefusalCase{"stop_type", kC, R"("stop":[1])", "stop", "a string or an array of strings"},
        RefusalCase{"stop_empty", kC, R"("stop":"")", "stop", "1 to 1024 bytes"},
        RefusalCase{"echo_type", kT, R"("echo":1)", "echo", "must be a boolean"},
        RefusalCase{"too_many_answers", kT, R"("n":128,"prompt":["a","a","a","a","a","a","a","a","a"])", "n",
                    "at most 1024"},
        RefusalCase{"model_type", kC, R"("model":7)", "model", "must be a string"}),
    [](const auto& row) { return std::string(row.param.name); });

struct WholeCase {
  std::string_view name;
  Endpoint endpoint;
  std::string_view body;
  Errc code;
  std::string_view message;
};

class WholeBodyTest : public ::testing::TestWithParam<WholeCase> {};

TEST_P(WholeBodyTest, IsRefused) {
  const auto request = parse_request(GetParam().endpoint, GetParam().body);
  ASSERT_FALSE(request.has_value());
  EXPECT_EQ(request.error().code, GetParam().code);
  EXPECT_THAT(request.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Bodies, WholeBodyTest,
    ::testing::Values(
        WholeCase{"empty", kC, "", Errc::invalid, "not valid JSON"},
        WholeCase{"cut", kC, R"({"model":"m",)", Errc::invalid, "line 1, column 14"},
        WholeCase{"array", kC, "[]", Errc::invalid, "must be a JSON object"},
        WholeCase{"no_model", kC, R"({"messages":[{"role":"user","content":"x"}]})", Errc::invalid,
                  "`model` is required"},
        WholeCase{"no_messages", kC, R"({"model":"m"})", Errc::invalid, "`messages` is required"},
        WholeCase{"empty_messages", kC, R"({"model":"m","messages":[]})", Errc::invalid,
                  "at least one message"},
        WholeCase{"bad_role", kC, R"({"model":"m","messages":[{"role":"boss","content":"x"}]})",
                  Errc::invalid, "`messages[0].role` must be one of system, developer"},
        WholeCase{"no_content", kC, R"({"model":"m","messages":[{"role":"user"}]})", Errc::invalid,
                  "`messages[0].content` is required"},
        WholeCase{"bad_part", kC, R"({"model":"m","messages":[{"role":"user","content":["x"]}]})",
                  Errc::invalid, "with a `type`"},
        WholeCase{"functions", kC,
                  R"({"model":"m","messages":[{"role":"user","content":"x"}],"functions":[]})",
                  Errc::unsupported, "use `tools`"},
        WholeCase{"no_prompt", kT, R"({"model":"m"})", Errc::invalid, "`prompt` is required"},
        WholeCase{"empty_prompt", kT, R"({"model":"m","prompt":[]})", Errc::invalid, "non-empty"},
        WholeCase{"mixed_prompt", kT, R"({"model":"m","prompt":["a",{}]})", Errc::invalid, "non-empty"},
        WholeCase{"negative_token", kT, R"({"model":"m","prompt":[-1]})", Errc::invalid, "token ids"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(StreamingBody, TurnsStreamingOnAndKeepsTheRest) {
  const auto request = parse_request(Endpoint::chat, body_with(Endpoint::chat, R"("x":{"y":[1,2.5]})"));
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(
      streaming_body(*request),
      R"({"model":"m","messages":[{"role":"user","content":"hi"}],"x":{"y":[1,2.5]},"stream":true,"stream_options":{"include_usage":true}})");
}

}  // namespace
}  // namespace dynamo::openai
