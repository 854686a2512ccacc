#include "load/requests.h"

#include <array>
#include <fmt/format.h>
#include <random>
#include <string_view>

namespace dynamo::bench {
namespace {

constexpr std::array<std::string_view, 32> kWords{
    "the",    "model",  "answers", "every",  "question", "about",  "water",  "stone",
    "paper",  "river",  "seven",   "bridge", "garden",   "winter", "signal", "number",
    "window", "yellow", "engine",  "planet", "silver",   "market", "doctor", "letter",
    "summer", "castle", "forest",  "flight", "button",   "camera", "dragon", "orange"};

using Dice = std::mt19937_64;

void append_words(std::string& text, int count, Dice& dice) {
  for (int i = 0; i < count; ++i) {
    text += kWords[dice() % kWords.size()];
    text += ' ';
  }
}

std::vector<std::string> make_prefixes(const RequestShape& shape, Dice& dice) {
  std::vector<std::string> prefixes(static_cast<std::size_t>(shape.prefix_groups));
  for (std::string& prefix : prefixes) append_words(prefix, shape.prefix_words, dice);
  return prefixes;
}

std::string make_body(const RequestShape& shape, const std::string& prompt) {
  const bool chat = shape.path.find("chat") != std::string::npos;
  std::string body = fmt::format(R"({{"model":"{}",)", shape.model);
  body += chat ? fmt::format(R"("messages":[{{"role":"user","content":"{}"}}],)", prompt)
               : fmt::format(R"("prompt":"{}",)", prompt);
  body += fmt::format(R"("max_tokens":{})", shape.tokens);
  if (shape.stream) body += R"(,"stream":true)";
  if (shape.stream && shape.ask_for_usage) body += R"(,"stream_options":{"include_usage":true})";
  if (!shape.extra.empty()) body += "," + shape.extra;
  return body + "}";
}

}  // namespace

std::vector<std::string> make_requests(const RequestShape& shape, int port) {
  Dice dice(shape.seed);
  const std::vector<std::string> prefixes = make_prefixes(shape, dice);
  std::vector<std::string> requests;
  for (int i = 0; i < shape.bodies; ++i) {
    std::string prompt = prefixes[static_cast<std::size_t>(i) % prefixes.size()];
    if (shape.words > 0) prompt += fmt::format("id {} ", dice() % 100'000'000);
    append_words(prompt, shape.words, dice);
    const std::string body = make_body(shape, prompt);
    requests.push_back(
        fmt::format("POST {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\n"
                    "Content-Length: {}\r\n\r\n{}",
                    shape.path, port, body.size(), body));
  }
  return requests;
}

}  // namespace dynamo::bench
