#include "frontend/chunk.h"

#include <gtest/gtest.h>

namespace dynamo::frontend {
namespace {

struct ChunkCase {
  std::string_view name;
  std::string_view data;
  std::string_view facts;  // letters: t text, f finish, a aborted, u usage only, e error; then usage numbers
};

std::string describe(const ChunkFacts& f) {
  std::string out;
  if (f.has_text) out += 't';
  if (f.has_finish) out += 'f';
  if (f.aborted) out += 'a';
  if (f.usage_only) out += 'u';
  if (f.is_error) out += 'e';
  for (const auto& n : {f.prompt_tokens, f.completion_tokens, f.cached_tokens}) {
    if (n) out += " " + std::to_string(*n);
  }
  return out;
}

class ChunkTest : public ::testing::TestWithParam<ChunkCase> {};
TEST_P(ChunkTest, Tells) { EXPECT_EQ(describe(look_into(GetParam().data)), GetParam().facts); }

INSTANTIATE_TEST_SUITE_P(
    Engines, ChunkTest,
    ::testing::Values(
        ChunkCase{
            "role",
            R"({"id":"a","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]})",
            ""},
        ChunkCase{"role_without_content",
                  R"({"choices":[{"index":0,"delta":{"role":"assistant","content":null}}]})", ""},
        ChunkCase{
            "token",
            R"({"choices":[{"index":0,"delta":{"content":" hi"},"logprobs":null,"finish_reason":null}]})",
            "t"},
        ChunkCase{"spaced", R"({"choices": [{"delta": {"content": "x"}, "finish_reason": "stop"}]})", "tf"},
        ChunkCase{"completion",
                  R"({"object":"text_completion","choices":[{"text":"x","finish_reason":null}]})", "t"},
        ChunkCase{"empty_text", R"({"choices":[{"text":"","finish_reason":"length"}]})", "f"},
        ChunkCase{"aborted", R"({"choices":[{"delta":{},"finish_reason":"abort"}]})", "fa"},
        ChunkCase{"usage",
                  R"({"choices":[],"usage":{"prompt_tokens":11,"total_tokens":15,"completion_tokens":4}})",
                  "u 11 4"},
        ChunkCase{
            "usage_spaced_cached",
            R"({"choices": [ ], "usage": {"prompt_tokens": 11, "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": 8}}})",
            "u 11 4 8"},
        ChunkCase{
            "running_usage",
            R"({"choices":[{"delta":{"content":"x"}}],"usage":{"prompt_tokens":3,"completion_tokens":1}})",
            "t 3 1"},
        ChunkCase{"null_usage", R"({"choices":[{"delta":{"content":"x"}}],"usage":null})", "t"},
        ChunkCase{"names_inside_text",
                  R"({"choices":[{"delta":{"content":"\"choices\":[] \"usage\":{\"prompt_tokens\":1}"}}]})",
                  "t"},
        ChunkCase{"a_value_that_reads_like_a_name",
                  R"({"model":"choices","choices":[{"delta":{"content":"x"}}]})", "t"},
        ChunkCase{"reasoning", R"({"choices":[{"delta":{"reasoning_content":"hm"}}]})", "t"},
        ChunkCase{"tool_call", R"({"choices":[{"delta":{"tool_calls":[{"index":0}]}}]})", "t"},
        ChunkCase{"error", R"({"error":{"message":"boom","code":500}})", "e"},
        ChunkCase{"rubbish", "rubbish", ""}, ChunkCase{"cut", R"({"choices":)", ""},
        ChunkCase{"empty", "", ""}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace dynamo::frontend
