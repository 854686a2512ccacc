#include "frontend/prompt_tokens.h"

#include "openai/error_body.h"
#include "openai/fields.h"
#include "openai/json_text.h"

namespace dynamo::frontend {
namespace {

using tokens::TokenId;

Result<json::object> parse_object(std::string_view body) {
  auto parsed = json::parse(body);
  if (!parsed) return context("request body", std::move(parsed.error()));
  if (!parsed->is_object()) return fail(Errc::invalid, "request body: must be a JSON object");
  return std::move(parsed->get_object());
}

/// Whether `body` asks for special tokens around the text; `fallback` when it does not say.
bool wants_special_tokens(const json::object& body, bool fallback) {
  const json::value* found = body.if_contains("add_special_tokens");
  return found != nullptr && found->is_bool() ? found->get_bool() : fallback;
}

Result<std::string> render(const ModelFiles& files, json::object body, const jinja::Options& options) {
  if (files.templates == nullptr) return fail(Errc::unsupported, files.without_templates);
  auto prompt = files.templates->render_request(std::move(body), options);
  if (prompt || prompt.error().code == Errc::unsupported) return prompt;
  const bool could_be_more = options.limits.steps < jinja::Limits{}.steps;
  if (could_be_more && prompt.error().code == Errc::too_large) {
    return fail(Errc::timeout, std::move(prompt.error().message));
  }
  return openai::invalid_field("messages", chat::words_for_client(prompt.error()));
}

Result<std::uint64_t> length_of_text(const ModelFiles& files, std::string_view text,
                                     tokens::EncodeOptions options) {
  const auto ids = files.tokenizer->encode(text, options);
  if (!ids) return std::unexpected(ids.error());
  return ids->size();
}

Result<std::uint64_t> length_of(const ModelFiles& files, const openai::Prompt& prompt,
                                tokens::EncodeOptions options) {
  if (const auto* ids = std::get_if<std::vector<std::uint32_t>>(&prompt)) return ids->size();
  return length_of_text(files, std::get<std::string>(prompt), options);
}

Result<PromptFacts> chat_facts(const ModelFiles& files, const openai::Request& request,
                               const jinja::Options& options) {
  const auto prompt = render(files, request.body, options);
  if (!prompt) return std::unexpected(prompt.error());
  const tokens::EncodeOptions encode{.add_special_tokens = wants_special_tokens(request.body, false)};
  const auto length = length_of_text(files, *prompt, encode);
  if (!length) return std::unexpected(length.error());
  return PromptFacts{{*length}, prompt->substr(prompt->size() - std::min(prompt->size(), kPromptEnd))};
}

Result<PromptFacts> facts_of(const ModelFiles& files, const openai::Request& request,
                             const jinja::Options& options) {
  if (request.endpoint == openai::Endpoint::chat) return chat_facts(files, request, options);
  PromptFacts out;
  const tokens::EncodeOptions encode{.add_special_tokens = wants_special_tokens(request.body, true)};
  for (const openai::Prompt& prompt : request.prompts) {
    const auto length = length_of(files, prompt, encode);
    if (!length) return std::unexpected(length.error());
    out.lengths.push_back(*length);
  }
  return out;
}

/// A JSON list of how the vocabulary writes `ids`.
std::string token_texts(const ModelFiles& files, const std::vector<TokenId>& ids) {
  std::string out = "[";
  for (const TokenId id : ids) {
    if (out.size() > 1) out += ',';
    openai::append_json_string(out, files.tokenizer->token(id).value_or(std::string_view{}));
  }
  return out += ']';
}

}  // namespace

Result<TokenizeRequest> parse_tokenize_request(std::string_view body) {
  auto object = parse_object(body);
  if (!object) return std::unexpected(std::move(object.error()));
  TokenizeRequest out;
  openai::Fields fields(*object);
  out.model = fields.text("model").value_or("");
  out.prompt = fields.text("prompt");
  out.return_token_strs = fields.flag("return_token_strs");
  const bool is_chat = fields.find("messages") != nullptr;
  const bool says = fields.find("add_special_tokens") != nullptr;
  out.add_special_tokens = says ? fields.flag("add_special_tokens") : !is_chat;
  if (out.prompt.has_value() == is_chat) {
    fields.refuse("prompt", "either `prompt`, a string, or `messages`, a list, is required");
  }
  if (auto checked = fields.check(); !checked) return std::unexpected(std::move(checked.error()));
  out.body = std::move(*object);
  return out;
}

Result<DetokenizeRequest> parse_detokenize_request(std::string_view body) {
  auto object = parse_object(body);
  if (!object) return std::unexpected(std::move(object.error()));
  DetokenizeRequest out;
  openai::Fields fields(*object);
  out.model = fields.text("model").value_or("");
  if (auto checked = fields.check(); !checked) return std::unexpected(std::move(checked.error()));
  const json::value* list = object->if_contains("tokens");
  if (list == nullptr || !list->is_array()) {
    return openai::invalid_field("tokens", "`tokens` is required: a list of token ids");
  }
  out.tokens.reserve(list->get_array().size());
  for (const json::value& entry : list->get_array()) {
    boost::system::error_code error;
    out.tokens.push_back(entry.to_number<TokenId>(error));
    if (error || entry.is_double()) {
      return openai::invalid_field("tokens", "`tokens` must hold token ids: whole numbers from 0");
    }
  }
  return out;
}

Result<std::string> tokenize_answer(const ModelFiles& files, const TokenizeRequest& request,
                                    std::uint64_t max_model_len, const jinja::Options& options) {
  auto prompt = request.prompt ? Result<std::string>(*request.prompt) : render(files, request.body, options);
  if (!prompt) return std::unexpected(std::move(prompt.error()));
  const auto ids = files.tokenizer->encode(*prompt, {.add_special_tokens = request.add_special_tokens});
  if (!ids) return std::unexpected(ids.error());
  std::string out = fmt::format(R"({{"count":{},"max_model_len":)", ids->size());
  out += max_model_len == 0 ? "null" : std::to_string(max_model_len);
  out += fmt::format(R"(,"tokens":[{}],"token_strs":)", fmt::join(*ids, ","));
  out += request.return_token_strs ? token_texts(files, *ids) : "null";
  return out += '}';
}

Result<void> check_ids(const tokens::Tokenizer& tokenizer, std::span<const TokenId> ids) {
  for (const TokenId id : ids) {
    if (tokenizer.token(id)) continue;
    return fail(Errc::invalid, fmt::format("token {} is not in the vocabulary, whose largest is {}", id,
                                           tokenizer.vocabulary_size() - 1));
  }
  return {};
}

Result<std::string> detokenize_answer(const ModelFiles& files, const DetokenizeRequest& request) {
  if (auto known = check_ids(*files.tokenizer, request.tokens); !known) {
    return openai::invalid_field("tokens", std::move(known.error().message));
  }
  const auto text = files.tokenizer->decode(request.tokens, false);
  if (!text) return std::unexpected(text.error());
  return fmt::format(R"({{"prompt":{}}})", openai::json_string(*text));
}

Result<std::optional<PromptFacts>> prompt_facts(const ModelFiles& files, const openai::Request& request,
                                                const jinja::Options& options) {
  auto facts = facts_of(files, request, options);
  if (facts) return std::optional(std::move(*facts));
  const Errc code = facts.error().code;
  const bool engine_may = code == Errc::unsupported || code == Errc::too_large;
  if (!engine_may) return std::unexpected(std::move(facts.error()));
  return std::optional<PromptFacts>{};
}

Result<void> check_context(const std::vector<std::uint64_t>& lengths, std::uint64_t context_length,
                           openai::Endpoint endpoint) {
  if (context_length == 0) return {};
  const auto longest = std::ranges::max(lengths);
  if (longest <= context_length) return {};
  const std::string_view field = endpoint == openai::Endpoint::chat ? "messages" : "prompt";
  return openai::invalid_field(
      field, fmt::format("this model's maximum context length is {} tokens, but `{}` has {}: shorten it",
                         context_length, field, longest));
}

}  // namespace dynamo::frontend
