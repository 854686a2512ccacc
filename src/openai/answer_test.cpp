#include "openai/answer.h"

#include <gtest/gtest.h>

#include "openai/error_body.h"
#include "openai/event_stream.h"

namespace dynamo::openai {
namespace {

AnswerHead head(Endpoint endpoint) {
  return {.endpoint = endpoint, .id = "r1", .created = 1700000000, .model = "m\"x", .fingerprint = "mock"};
}

TEST(ChunkWriter, WritesAChatStream) {
  const ChunkWriter writer(head(Endpoint::chat));
  std::string out;
  writer.role(out, 0);
  writer.text(out, 0, "a\n");
  writer.finish(out, 0, "length");
  writer.usage(out, {.prompt_tokens = 3, .completion_tokens = 1, .cached_tokens = 2});
  out += kDoneEvent;
  const std::string common =
      R"(data: {"id":"chatcmpl-r1","object":"chat.completion.chunk","created":1700000000,"model":"m\"x","system_fingerprint":"mock",)";
  EXPECT_EQ(
      out,
      common +
          R"("choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]})" +
          "\n\n" + common +
          R"("choices":[{"index":0,"delta":{"content":"a\n"},"logprobs":null,"finish_reason":null}]})" +
          "\n\n" + common +
          R"("choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"length"}]})" + "\n\n" +
          common +
          R"("choices":[],"usage":{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4,"prompt_tokens_details":{"cached_tokens":2}}})" +
          "\n\ndata: [DONE]\n\n");
}

TEST(ChunkWriter, WritesACompletionsStreamWithRunningUsage) {
  const ChunkWriter writer(head(Endpoint::completions));
  std::string out;
  const Usage usage{.prompt_tokens = 3, .completion_tokens = 1};
  writer.text(out, 4, "a", &usage);
  writer.finish(out, 4, "stop");
  const std::string common =
      R"(data: {"id":"cmpl-r1","object":"text_completion","created":1700000000,"model":"m\"x","system_fingerprint":"mock",)";
  EXPECT_EQ(
      out,
      common +
          R"("choices":[{"index":4,"text":"a","logprobs":null,"finish_reason":null}],"usage":{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4}})" +
          "\n\n" + common + R"("choices":[{"index":4,"text":"","logprobs":null,"finish_reason":"stop"}]})" +
          "\n\n");
}

TEST(UnaryBody, WritesBothKinds) {
  const std::vector<Choice> choices{{"one", "stop"}, {"two", "length"}};
  const Usage usage{.prompt_tokens = 1, .completion_tokens = 2};
  EXPECT_EQ(
      unary_body(head(Endpoint::chat), choices, usage),
      R"({"id":"chatcmpl-r1","object":"chat.completion","created":1700000000,"model":"m\"x","system_fingerprint":"mock","choices":[)"
      R"({"index":0,"message":{"role":"assistant","content":"one","refusal":null},"logprobs":null,"finish_reason":"stop"},)"
      R"({"index":1,"message":{"role":"assistant","content":"two","refusal":null},"logprobs":null,"finish_reason":"length"}],)"
      R"("usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}})");
  EXPECT_EQ(
      unary_body(head(Endpoint::completions), std::span(choices).first(1), usage),
      R"({"id":"cmpl-r1","object":"text_completion","created":1700000000,"model":"m\"x","system_fingerprint":"mock","choices":[)"
      R"({"index":0,"text":"one","logprobs":null,"finish_reason":"stop"}],)"
      R"("usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}})");
}

TEST(ModelsBody, ListsModels) {
  EXPECT_EQ(models_body({}), R"({"object":"list","data":[]})");
  const std::vector<ModelEntry> models{{.id = "a", .created = 1}, {.id = "b", .created = 2, .owner = "me"}};
  EXPECT_EQ(
      models_body(models),
      R"({"object":"list","data":[{"id":"a","object":"model","created":1,"owned_by":"nvidia"},{"id":"b","object":"model","created":2,"owned_by":"me"}]})");
}

TEST(Usage, ReadsWhatItWrites) {
  const Usage usage{.prompt_tokens = 9, .completion_tokens = 4, .cached_tokens = 8};
  std::string text;
  append_usage(text, usage);
  EXPECT_EQ(parse_usage(*json::parse(text)), usage);
  EXPECT_EQ(parse_usage(*json::parse("{}")), std::nullopt);
  EXPECT_EQ(parse_usage(*json::parse(R"({"prompt_tokens":-1})")), std::nullopt);
}

TEST(ErrorBody, ServesDynamoReadersAndOpenAiClients) {
  EXPECT_EQ(
      error_body(404, "Model not found", "model"),
      R"({"message":"Model not found","type":"Not Found","code":404,"error":{"message":"Model not found",)"
      R"("type":"invalid_request_error","param":"model","code":"model_not_found"}})");
  EXPECT_EQ(
      error_body(invalid_field("n", "`n` must be 1 to 128").error()),
      R"({"message":"Validation: `n` must be 1 to 128","type":"Bad Request","code":400,"error":{"message":"Validation: `n` must be 1 to 128",)"
      R"("type":"invalid_request_error","param":"n","code":"invalid_request"}})");
}

TEST(ErrorResponse, SaysWhenToTryAgain) {
  const auto busy = error_response(Error{Errc::unavailable, "all workers are busy", nullptr});
  EXPECT_EQ(busy.status, 503);
  EXPECT_EQ(busy.headers.get("Retry-After"), "1");
  EXPECT_FALSE(error_response(Error{Errc::internal, "x", nullptr}).headers.has("Retry-After"));
}

TEST(ErrorEvent, CarriesTextAsCommentAndBodyAsData) {
  std::string out;
  append_error_event(out, Error{Errc::unavailable, "engine\ngone", nullptr});
  EXPECT_EQ(out, "event: error\n: engine gone\ndata: " + error_body(503, "engine\ngone") + "\n\n");
}

TEST(RelayedStatus, FollowsTheTable) {
  EXPECT_EQ(relayed_status(404), 404);
  EXPECT_EQ(relayed_status(422), 422);
  EXPECT_EQ(relayed_status(500), 500);
  EXPECT_EQ(relayed_status(502), 500);
  EXPECT_EQ(relayed_status(503), 503);
  EXPECT_EQ(relayed_status(529), 503);
  EXPECT_EQ(relayed_status(302), 500);
}

TEST(ParseError, ReadsTheKnownForms) {
  EXPECT_EQ(parse_error(400, R"({"error":{"message":"too long","code":400}})").message, "too long");
  EXPECT_EQ(parse_error(404, R"({"detail":"Not Found"})").message, "Not Found");
  EXPECT_EQ(parse_error(404, R"({"message":"flat"})").message, "flat");
  EXPECT_EQ(parse_error(400, R"({"error":"text"})").message, "text");
  EXPECT_EQ(parse_error(502, "<html>").message, "the engine answered 502: <html>");
  EXPECT_EQ(parse_error(500, "").message, "the engine answered 500");
  EXPECT_EQ(parse_error(404, "").code, Errc::not_found);
}

}  // namespace
}  // namespace dynamo::openai
