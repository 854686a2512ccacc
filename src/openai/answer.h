#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "openai/request.h"

/// Writers of answers: chunks of a stream, and whole ones. They format straight into a string that the caller
/// keeps.
namespace dynamo::openai {

struct Usage {
  std::uint64_t prompt_tokens = 0;
  std::uint64_t completion_tokens = 0;
  std::optional<std::uint64_t> cached_tokens{};  // part of prompt_tokens; absent = the engine does not say
  friend bool operator==(const Usage&, const Usage&) = default;
};

/// `{"prompt_tokens":…}` as in an answer.
void append_usage(std::string& out, const Usage& usage);
/// Reads such an object; nothing when it is not one.
std::optional<Usage> parse_usage(const json::value& v);

/// What all chunks of an answer have in common.
struct AnswerHead {
  Endpoint endpoint = Endpoint::chat;
  std::string id;            // request id without prefix; "chatcmpl-" or "cmpl-" is added
  std::int64_t created = 0;  // seconds since 1970
  std::string model;
  std::string fingerprint{};  // system_fingerprint, e.g. "mock"
};

/// Formats the events of one streamed answer. A chat answer begins with `role` for each choice.
class ChunkWriter {
 public:
  explicit ChunkWriter(const AnswerHead& head);

  /// All of these append one event to `out`. `running`, where given, is the usage so far (continuous usage).
  void role(std::string& out, std::uint32_t index) const;
  void text(std::string& out, std::uint32_t index, std::string_view text,
            const Usage* running = nullptr) const;
  /// The last chunk of a choice, without text. `reason` is "stop", "length", ….
  void finish(std::string& out, std::uint32_t index, std::string_view reason,
              const Usage* running = nullptr) const;
  /// The chunk with an empty `choices` list that ends an answer when usage was asked for.
  void usage(std::string& out, const Usage& usage) const;

 private:
  void begin(std::string& out, std::uint32_t index) const;
  static void end(std::string& out, std::string_view reason, const Usage* running);
  Endpoint endpoint_;
  std::string prefix_;  // `data: {"id":…` up to the index of the choice
};

struct Choice {
  std::string text;
  std::string_view finish_reason;
};

/// The body of an answer that is not streamed.
std::string unary_body(const AnswerHead& head, std::span<const Choice> choices, const Usage& usage);

struct ModelEntry {
  std::string id;
  std::int64_t created = 0;
  std::string owner = "nvidia";
  std::string engine{};             // "mock" and the like, for answers that no model gives; empty = not shown
  std::uint64_t max_model_len = 0;  // tokens of one sequence; 0 = not shown
  std::string tokenizer{};          // who tokenizes: "frontend" or "engine"; empty = not shown
};

/// The body of GET /v1/models.
std::string models_body(std::span<const ModelEntry> models);

}  // namespace dynamo::openai
