#include "load/generation.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <iterator>

namespace dynamo::bench {
namespace {

/// What follows a JSON key; empty when it is not there.
std::string_view value_of(std::string_view json, std::string_view key) {
  std::size_t at = json.find(key);
  if (at == std::string_view::npos) return {};
  at = json.find_first_not_of(" :", at + key.size());
  return at == std::string_view::npos ? std::string_view{} : json.substr(at);
}

long number_of(std::string_view json, std::string_view key, long otherwise) {
  const std::string_view value = value_of(json, key);
  std::from_chars(value.data(), value.data() + value.size(), otherwise);
  return otherwise;
}

bool is_true(std::string_view json, std::string_view key) { return value_of(json, key).starts_with("true"); }

std::uint64_t nanoseconds(long microseconds) { return static_cast<std::uint64_t>(microseconds) * 1000; }

void append_chunk(std::string& out, std::string_view first, std::string_view second,
                  std::string_view third = {}) {
  fmt::format_to(std::back_inserter(out), "{:x}\r\n", first.size() + second.size() + third.size());
  out.append(first).append(second).append(third).append("\r\n");
}

std::string usage_of(const Generation& generation) {
  return fmt::format(R"("usage":{{"prompt_tokens":{},"total_tokens":{},"completion_tokens":{}}})",
                     generation.prompt_tokens, generation.prompt_tokens + generation.wanted,
                     generation.wanted);
}

std::string_view chunk_object(bool chat) { return chat ? "chat.completion.chunk" : "text_completion"; }

/// What closes a token's event.
std::string_view chunk_tail(bool chat, bool last) {
  if (chat) {
    return last ? "\"},\"logprobs\":null,\"finish_reason\":\"length\"}]}\n\n"
                : "\"},\"logprobs\":null,\"finish_reason\":null}]}\n\n";
  }
  return last ? "\",\"logprobs\":null,\"finish_reason\":\"length\"}]}\n\n"
              : "\",\"logprobs\":null,\"finish_reason\":null}]}\n\n";
}

}  // namespace

std::uint64_t Generation::silence() const {
  const auto gaps = stream ? 0 : static_cast<std::uint64_t>(wanted - 1);
  return first_token + gaps * token_gap;
}

Generation read_generation(std::string_view body, bool chat, std::uint64_t id, const Defaults& defaults) {
  const long asked = number_of(body, R"("max_tokens")", defaults.tokens);
  return {
      .running = true,
      .stream = is_true(body, R"("stream")"),
      .chat = chat,
      .usage = is_true(body, R"("include_usage")"),
      .wanted = std::max(number_of(body, R"("max_completion_tokens")", asked), 1L),
      .said = 0,
      .prompt_tokens = static_cast<long>(body.size() / 5),
      .first_token = nanoseconds(number_of(body, R"("mock_ttft_us")", defaults.first_token_us)),
      .token_gap = nanoseconds(number_of(body, R"("mock_itl_us")", defaults.token_gap_us)),
      .id = id,
      .model = defaults.model,
      .chunk_head = {},
  };
}

void begin_stream(std::string& out, Generation& generation) {
  const bool chat = generation.chat;
  const std::string head = fmt::format(
      R"(data: {{"id":"{}-{:016x}","object":"{}","created":1700000000,"model":"{}","choices":[{{"index":0,)",
      chat ? "chatcmpl" : "cmpl", generation.id, chunk_object(chat), generation.model);
  out +=
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nCache-Control: no-cache\r\n"
      "Transfer-Encoding: chunked\r\n\r\n";
  if (chat) {
    append_chunk(out, head,
                 R"("delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]})"
                 "\n\n");
  }
  generation.chunk_head = head + (chat ? R"("delta":{"content":")" : R"("text":")");
}

void say_token(std::string& out, Generation& generation) {
  fmt::memory_buffer word;
  fmt::format_to(std::back_inserter(word), " w{:03d}", generation.said % 1000);
  ++generation.said;
  append_chunk(out, generation.chunk_head, {word.data(), word.size()},
               chunk_tail(generation.chat, generation.complete()));
}

void end_stream(std::string& out, const Generation& generation) {
  if (generation.usage) {
    append_chunk(
        out,
        fmt::format(R"(data: {{"id":"x","object":"{}","created":1700000000,"model":"{}","choices":[],{}}})",
                    chunk_object(generation.chat), generation.model, usage_of(generation)),
        "\n\n");
  }
  append_chunk(out, "data: [DONE]\n\n", "");
  out += "0\r\n\r\n";
}

std::string whole_answer(const Generation& generation) {
  std::string text;
  for (long i = 0; i < generation.wanted; ++i) text += fmt::format(" w{:03d}", i % 1000);
  const std::string choice = generation.chat
                                 ? fmt::format(R"("message":{{"role":"assistant","content":"{}"}})", text)
                                 : fmt::format(R"("text":"{}")", text);
  return fmt::format(
      R"({{"id":"{}-{}","object":"{}","created":1700000000,"model":"{}","choices":[{{"index":0,{},)"
      R"("logprobs":null,"finish_reason":"length"}}],{}}})",
      generation.chat ? "chatcmpl" : "cmpl", generation.id,
      generation.chat ? "chat.completion" : "text_completion", generation.model, choice,
      usage_of(generation));
}

void append_answer(std::string& out, int status, std::string_view type, std::string_view body) {
  fmt::format_to(std::back_inserter(out),
                 "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n{}", status,
                 status == 200 ? "OK" : "Refused", type, body.size(), body);
}

}  // namespace dynamo::bench
