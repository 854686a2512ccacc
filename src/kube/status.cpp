#include "kube/status.h"

#include <array>
#include <fmt/format.h>

#include "kube/object.h"

namespace dynamo::kube {
namespace {

struct Row {
  std::string_view reason;
  Errc code;
};

/// For each code the first row is the reason that we write.
constexpr auto kReasons = std::to_array<Row>({
    {"NotFound", Errc::not_found},
    {"AlreadyExists", Errc::already_exists},
    {"Conflict", Errc::conflict},
    {"BadRequest", Errc::invalid},
    {"Invalid", Errc::invalid},
    {"MethodNotAllowed", Errc::invalid},
    {"NotAcceptable", Errc::invalid},
    {"UnsupportedMediaType", Errc::invalid},
    {"Unauthorized", Errc::unauthorized},
    {"Forbidden", Errc::forbidden},
    {"Expired", Errc::gone},
    {"Gone", Errc::gone},
    {"RequestEntityTooLarge", Errc::too_large},
    {"TooManyRequests", Errc::too_many},
    {"Timeout", Errc::timeout},
    {"ServerTimeout", Errc::timeout},
    {"ServiceUnavailable", Errc::unavailable},
    {"InternalError", Errc::internal},
});

constexpr std::size_t kMaxQuote = 300;

std::string describe_body(int http_status, std::string_view body) {
  if (body.empty()) return fmt::format("the API server answered {}", http_status);
  const bool cut = body.size() > kMaxQuote;
  return fmt::format("the API server answered {}: {}{}", http_status, body.substr(0, kMaxQuote),
                     cut ? "…" : "");
}

}  // namespace

std::optional<Errc> errc_from_reason(std::string_view reason) noexcept {
  for (const Row& row : kReasons) {
    if (row.reason == reason) return row.code;
  }
  return std::nullopt;
}

std::string_view reason_of(Errc code) noexcept {
  for (const Row& row : kReasons) {
    if (row.code == code) return row.reason;
  }
  return "InternalError";
}

Error error_from_status(json::object status, int http_status) {
  const int code = static_cast<int>(int_at(status, {"code"}).value_or(http_status == 0 ? 500 : http_status));
  const Errc by_code = errc_from_http(code);
  const Errc errc = errc_from_reason(json::string_at(status, {"reason"})).value_or(by_code);
  std::string message(json::string_at(status, {"message"}));
  if (message.empty()) message = describe_body(code, {});
  return Error{errc, std::move(message), std::make_shared<const json::object>(std::move(status))};
}

Error error_from_answer(int http_status, std::string_view body) {
  if (auto document = json::parse(body); document && json::string_at(*document, {"kind"}) == "Status") {
    return error_from_status(std::move(document->get_object()), http_status);
  }
  return Error{errc_from_http(http_status), describe_body(http_status, body), nullptr};
}

json::object make_status(const Error& error) {
  if (error.details && json::string_at(*error.details, {"kind"}) == "Status") {
    json::object status = *error.details;
    status["message"] = error.message;
    return status;
  }
  json::object status{{"kind", "Status"},
                      {"apiVersion", "v1"},
                      {"metadata", json::object{}},
                      {"status", "Failure"},
                      {"message", error.message},
                      {"reason", reason_of(error.code)},
                      {"code", http_status(error.code)}};
  if (error.details) status["details"] = *error.details;
  return status;
}

std::optional<Duration> retry_after(const Error& error) {
  if (!error.details) return std::nullopt;
  const auto seconds = int_at(*error.details, {"details", "retryAfterSeconds"});
  if (!seconds || *seconds <= 0) return std::nullopt;
  return std::chrono::seconds{*seconds};
}

}  // namespace dynamo::kube
