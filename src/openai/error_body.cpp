#include "openai/error_body.h"

#include "base/json.h"
#include "openai/json_text.h"

namespace dynamo::openai {
namespace {

constexpr std::size_t kMaxQuoted = 300;

/// The words that OpenAI's API uses in `error.type` and `error.code`, by status.
struct Words {
  std::string_view type;
  std::string_view code;
};

Words words_for(int status, std::string_view param) noexcept {
  switch (status) {
    case 400:
      return {"invalid_request_error", "invalid_request"};
    case 401:
      return {"authentication_error", "invalid_api_key"};
    case 403:
      return {"permission_error", "permission_denied"};
    case 404:
      return {"invalid_request_error", param == "model" ? "model_not_found" : "not_found"};
    case 413:
      return {"invalid_request_error", "request_too_large"};
    case 429:
      return {"rate_limit_error", "rate_limit_exceeded"};
    case 501:
      return {"invalid_request_error", "not_implemented"};
    case 503:
      return {"server_error", "service_unavailable"};
    default:
      return status < 500 ? Words{"invalid_request_error", "invalid_request"}
                          : Words{"server_error", "internal_error"};
  }
}

std::string_view type_name(int status) {
  const auto phrase = net::reason_phrase(status);
  return phrase == "Unknown" ? "UnknownError" : phrase;
}

std::string_view param_of(const Error& error) {
  return error.details == nullptr ? std::string_view{} : json::string_at(*error.details, {"param"});
}

std::shared_ptr<const json::object> about(std::string_view field) {
  auto details = std::make_shared<json::object>();
  (*details)["param"] = field;
  return details;
}

std::string message_in(std::string_view body) {
  const auto parsed = json::parse(body);
  if (!parsed) return {};
  for (const auto path :
       {std::initializer_list<std::string_view>{"error", "message"}, {"message"}, {"detail"}, {"error"}}) {
    const auto text = json::string_at(*parsed, path);
    if (!text.empty()) return std::string(text);
  }
  return {};
}

}  // namespace

std::string error_body(int status, std::string_view message, std::string_view param) {
  const Words words = words_for(status, param);
  const std::string text = json_string(message);
  return fmt::format(
      R"({{"message":{0},"type":{1},"code":{2},"error":{{"message":{0},"type":"{3}","param":{4},"code":"{5}"}}}})",
      text, json_string(type_name(status)), status, words.type, param.empty() ? "null" : json_string(param),
      words.code);
}

std::string error_body(const Error& error) {
  return error_body(http_status(error.code), error.message, param_of(error));
}

net::HttpResponse error_response(const Error& error) {
  net::HttpResponse response{.status = http_status(error.code),
                             .headers = {{"Content-Type", "application/json"}},
                             .body = error_body(error)};
  if (response.status == 429 || response.status == 503) response.headers.set("Retry-After", "1");
  return response;
}

net::HttpResponse error_response(int status, std::string_view message) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}},
          .body = error_body(status, message)};
}

std::unexpected<Error> invalid_field(std::string_view field, std::string message) {
  return std::unexpected(Error{Errc::invalid, "Validation: " + std::move(message), about(field)});
}

Error model_not_found() { return Error{Errc::not_found, "Model not found", about("model")}; }

int relayed_status(int engine_status) noexcept {
  if (engine_status >= 400 && engine_status <= 499) return engine_status;
  return engine_status == 503 || engine_status == 529 ? 503 : 500;
}

Error parse_error(int status, std::string_view body) {
  std::string message = message_in(body);
  if (message.empty()) {
    message = body.empty() ? fmt::format("the engine answered {}", status)
                           : fmt::format("the engine answered {}: {}", status, body.substr(0, kMaxQuoted));
  }
  return Error{errc_from_http(status), std::move(message), nullptr};
}

}  // namespace dynamo::openai
