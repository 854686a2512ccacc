#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dynamo::bench {

/// How the mock engine answers when a request does not say.
struct Defaults {
  long tokens = 128;
  long first_token_us = 0;
  long token_gap_us = 0;  // 0: all tokens at once
  std::string model = "mock";
};

/// What was asked for, and how much of it has been said.
struct Generation {
  bool running = false;
  bool stream = false;
  bool chat = true;
  bool usage = false;
  long wanted = 0;
  long said = 0;
  long prompt_tokens = 0;
  std::uint64_t first_token = 0, token_gap = 0;  // ns
  std::uint64_t id = 0;
  std::string model;
  std::string chunk_head;  // of every token's event, up to its text

  bool complete() const { return said >= wanted; }
  /// Nanoseconds from the request to the first bytes of the answer.
  std::uint64_t silence() const;
};

/// Looks for keys in `body` and does not parse it.
Generation read_generation(std::string_view body, bool chat, std::uint64_t id, const Defaults& defaults);

/// The stream as it goes out, HTTP framing and all: its head, one event for each token, its end.
void begin_stream(std::string& out, Generation& generation);
void say_token(std::string& out, Generation& generation);
void end_stream(std::string& out, const Generation& generation);

/// The JSON body of an answer that is not streamed.
std::string whole_answer(const Generation& generation);

/// A whole HTTP answer.
void append_answer(std::string& out, int status, std::string_view type, std::string_view body);

}  // namespace dynamo::bench
