#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace dynamo::openai {

/// The routes that generate text.
enum class Endpoint : std::uint8_t { chat, completions };

std::string_view path_of(Endpoint endpoint) noexcept;          // "/v1/chat/completions"
std::string_view metric_label_of(Endpoint endpoint) noexcept;  // "chat_completions", as metrics name it

/// A message of a chat. `text` holds the text parts of its content, joined; other parts stay in
/// `Request::body`.
struct Message {
  std::string role;
  std::string text;
  friend bool operator==(const Message&, const Message&) = default;
};

/// A completion's prompt: text, or token ids.
using Prompt = std::variant<std::string, std::vector<std::uint32_t>>;

/// A valid chat or completions request: what routing and the built-in engines act on, and the whole body, so
/// that fields known only to an engine pass through untouched.
struct Request {
  Endpoint endpoint = Endpoint::chat;
  std::string model;
  bool stream = false;
  bool include_usage = false;               // stream_options.include_usage
  bool continuous_usage = false;            // stream_options.continuous_usage_stats (vLLM)
  std::optional<std::uint32_t> max_tokens;  // max_completion_tokens before max_tokens
  std::uint32_t n = 1;                      // choices per prompt
  std::vector<std::string> stop;
  std::optional<std::int64_t> seed;
  bool echo = false;  // completions: the prompt comes before the text
  std::string user;
  std::vector<Message> messages;  // chat
  std::vector<Prompt> prompts;    // completions, at least one
  json::object body;              // as sent
};

/// Limits on what one request may ask for, so that its cost is bounded before any work is done.
inline constexpr std::uint32_t kMaxChoices = 128;  // n
inline constexpr std::size_t kMaxPrompts = 256;    // prompts of one completions request
inline constexpr std::size_t kMaxAnswers = 1024;   // prompts × n
inline constexpr std::size_t kMaxStops = 32;

/// Reads and checks the body of a request to `endpoint`.
/// Errors: invalid (not JSON, a missing or wrong field: the message says what is allowed and `details.param`
/// names the field), unsupported (the deprecated `functions` and `function_call`).
Result<Request> parse_request(Endpoint endpoint, std::string_view body);

/// The body to drive an engine as a stream with, for answers that are folded afterwards: as sent, but
/// `stream: true` and with the final usage chunk asked for.
std::string streaming_body(const Request& request);

}  // namespace dynamo::openai
