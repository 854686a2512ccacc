#include "openai/answer.h"

#include "openai/json_text.h"

namespace dynamo::openai {
namespace {

std::string full_id(const AnswerHead& head) {
  return (head.endpoint == Endpoint::chat ? "chatcmpl-" : "cmpl-") + head.id;
}

std::string_view object_name(Endpoint endpoint, bool streamed) {
  if (endpoint == Endpoint::completions) return "text_completion";
  return streamed ? "chat.completion.chunk" : "chat.completion";
}

/// `{"id":…,"object":…,"created":…,"model":…,"system_fingerprint":…,` without an end.
std::string common_members(const AnswerHead& head, bool streamed) {
  return fmt::format(R"({{"id":{},"object":"{}","created":{},"model":{},"system_fingerprint":{},)",
                     json_string(full_id(head)), object_name(head.endpoint, streamed), head.created,
                     json_string(head.model),
                     head.fingerprint.empty() ? "null" : json_string(head.fingerprint));
}

void append_choice(std::string& out, Endpoint endpoint, std::size_t index, const Choice& choice) {
  fmt::format_to(std::back_inserter(out), R"({{"index":{},)", index);
  if (endpoint == Endpoint::chat) {
    out += R"("message":{"role":"assistant","content":)";
    append_json_string(out, choice.text);
    out += R"(,"refusal":null})";
  } else {
    out += R"("text":)";
    append_json_string(out, choice.text);
  }
  fmt::format_to(std::back_inserter(out), R"(,"logprobs":null,"finish_reason":"{}"}})", choice.finish_reason);
}

}  // namespace

void append_usage(std::string& out, const Usage& usage) {
  fmt::format_to(std::back_inserter(out), R"({{"prompt_tokens":{},"completion_tokens":{},"total_tokens":{})",
                 usage.prompt_tokens, usage.completion_tokens, usage.prompt_tokens + usage.completion_tokens);
  if (usage.cached_tokens) {
    fmt::format_to(std::back_inserter(out), R"(,"prompt_tokens_details":{{"cached_tokens":{}}})",
                   *usage.cached_tokens);
  }
  out += '}';
}

std::optional<Usage> parse_usage(const json::value& v) {
  const auto prompt = json::int_at(v, {"prompt_tokens"});
  const auto completion = json::int_at(v, {"completion_tokens"});
  if (!prompt || *prompt < 0 || completion.value_or(0) < 0) return std::nullopt;
  Usage out{.prompt_tokens = static_cast<std::uint64_t>(*prompt),
            .completion_tokens = static_cast<std::uint64_t>(completion.value_or(0))};
  const auto cached = json::int_at(v, {"prompt_tokens_details", "cached_tokens"});
  if (cached && *cached >= 0) out.cached_tokens = static_cast<std::uint64_t>(*cached);
  return out;
}

ChunkWriter::ChunkWriter(const AnswerHead& head)
    : endpoint_(head.endpoint), prefix_("data: " + common_members(head, true) + R"("choices":[)") {}

void ChunkWriter::begin(std::string& out, std::uint32_t index) const {
  out += prefix_;
  fmt::format_to(std::back_inserter(out), R"({{"index":{},)", index);
}

void ChunkWriter::end(std::string& out, std::string_view reason, const Usage* running) {
  if (reason.empty()) {
    out += R"(,"logprobs":null,"finish_reason":null}])";
  } else {
    out.append(R"(,"logprobs":null,"finish_reason":")").append(reason).append(R"("}])");
  }
  if (running != nullptr) {
    out += R"(,"usage":)";
    append_usage(out, *running);
  }
  out += "}\n\n";
}

void ChunkWriter::role(std::string& out, std::uint32_t index) const {
  begin(out, index);
  out += R"("delta":{"role":"assistant","content":""})";
  end(out, {}, nullptr);
}

void ChunkWriter::text(std::string& out, std::uint32_t index, std::string_view text,
                       const Usage* running) const {
  begin(out, index);
  out += endpoint_ == Endpoint::chat ? R"("delta":{"content":)" : R"("text":)";
  append_json_string(out, text);
  if (endpoint_ == Endpoint::chat) out += '}';
  end(out, {}, running);
}

void ChunkWriter::finish(std::string& out, std::uint32_t index, std::string_view reason,
                         const Usage* running) const {
  begin(out, index);
  out += endpoint_ == Endpoint::chat ? R"("delta":{})" : R"("text":"")";
  end(out, reason, running);
}

void ChunkWriter::usage(std::string& out, const Usage& usage) const {
  out += prefix_;
  out += R"(],"usage":)";
  append_usage(out, usage);
  out += "}\n\n";
}

std::string unary_body(const AnswerHead& head, std::span<const Choice> choices, const Usage& usage) {
  std::string out = common_members(head, false) + R"("choices":[)";
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (i > 0) out += ',';
    append_choice(out, head.endpoint, i, choices[i]);
  }
  out += R"(],"usage":)";
  append_usage(out, usage);
  out += '}';
  return out;
}

std::string models_body(std::span<const ModelEntry> models) {
  std::string out = R"({"object":"list","data":[)";
  for (const auto& model : models) {
    if (&model != models.data()) out += ',';
    fmt::format_to(std::back_inserter(out), R"({{"id":{},"object":"model","created":{},"owned_by":{})",
                   json_string(model.id), model.created, json_string(model.owner));
    if (model.max_model_len > 0) out += fmt::format(R"(,"max_model_len":{})", model.max_model_len);
    if (!model.engine.empty()) out += R"(,"engine":)" + json_string(model.engine);
    if (!model.tokenizer.empty()) out += R"(,"tokenizer":)" + json_string(model.tokenizer);
    out += '}';
  }
  out += "]}";
  return out;
}

}  // namespace dynamo::openai
