#include "apiserver/api_error.h"

#include "base/json.h"

namespace dynamo::apiserver {
namespace {

Error with_status(Errc code, int http, std::string_view reason, std::string message,
                  json::object details = {}) {
  json::object status{{"kind", "Status"},    {"apiVersion", "v1"}, {"metadata", json::object{}},
                      {"status", "Failure"}, {"message", message}, {"reason", reason}};
  if (!details.empty()) status["details"] = std::move(details);
  status["code"] = http;
  return Error{code, std::move(message), std::make_shared<const json::object>(std::move(status))};
}

/// Details as most errors have them: group and plural name of the resource (called "kind" there).
json::object about(const kube::Resource& resource, std::string_view name) {
  json::object details;
  if (!name.empty()) details["name"] = name;
  if (!resource.group.empty()) details["group"] = resource.group;
  details["kind"] = resource.plural;
  return details;
}

std::string quoted(const kube::Resource& resource, std::string_view name) {
  return fmt::format("{} \"{}\"", resource.group_resource(), name);
}

json::array causes_of(const std::vector<schema::FieldError>& errors) {
  json::array causes;
  for (const auto& error : errors) {
    causes.push_back(
        {{"reason", schema::cause_reason(error.kind)}, {"message", error.body()}, {"field", error.path}});
  }
  return causes;
}

}  // namespace

Error object_not_found(const kube::Resource& resource, std::string_view name) {
  return with_status(Errc::not_found, 404, "NotFound", quoted(resource, name) + " not found",
                     about(resource, name));
}

Error object_exists(const kube::Resource& resource, std::string_view name) {
  return with_status(Errc::already_exists, 409, "AlreadyExists", quoted(resource, name) + " already exists",
                     about(resource, name));
}

Error object_changed(const kube::Resource& resource, std::string_view name) {
  return with_status(
      Errc::conflict, 409, "Conflict",
      fmt::format("Operation cannot be fulfilled on {}: the object has been modified; please apply your "
                  "changes to the latest version and try again",
                  quoted(resource, name)),
      about(resource, name));
}

Error precondition_failed(const kube::Resource& resource, std::string_view name, std::string_view what,
                          std::string_view wanted, std::string_view found) {
  return with_status(
      Errc::conflict, 409, "Conflict",
      fmt::format("Operation cannot be fulfilled on {}: Precondition failed: {} in precondition: {}, {} "
                  "in object meta: {}",
                  quoted(resource, name), what, wanted, what, found),
      about(resource, name));
}

Error object_invalid(const kube::Resource& resource, std::string_view name,
                     const std::vector<schema::FieldError>& errors) {
  const std::string kind = resource.group.empty() ? resource.kind : resource.kind + "." + resource.group;
  json::object details = about(resource, name);
  details["kind"] = resource.kind;
  details["causes"] = causes_of(errors);
  return with_status(Errc::invalid, 422, "Invalid",
                     fmt::format("{} \"{}\" is invalid: {}", kind, name, schema::join(errors)),
                     std::move(details));
}

Error apply_conflict(const Error& conflict) {
  return with_status(Errc::conflict, 409, "Conflict", conflict.message,
                     conflict.details ? *conflict.details : json::object{});
}

Error bad_request(std::string message) {
  return with_status(Errc::invalid, 400, "BadRequest", std::move(message));
}

Error unauthorized() { return with_status(Errc::unauthorized, 401, "Unauthorized", "Unauthorized"); }

Error object_forbidden(const kube::Resource& resource, std::string_view name, std::string_view why) {
  const std::string what = name.empty() ? resource.group_resource() : quoted(resource, name);
  return with_status(Errc::forbidden, 403, "Forbidden", fmt::format("{} is forbidden: {}", what, why),
                     about(resource, name));
}

Error no_such_path() {
  return with_status(Errc::not_found, 404, "NotFound", "the server could not find the requested resource");
}

Error method_not_allowed() {
  return with_status(Errc::invalid, 405, "MethodNotAllowed",
                     "the server does not allow this method on the requested resource");
}

Error unsupported_media_type(std::string_view accepted) {
  return with_status(
      Errc::invalid, 415, "UnsupportedMediaType",
      fmt::format("the body of the request was in an unknown format - accepted media types include: {}",
                  accepted));
}

Error not_acceptable(std::string_view served) {
  return with_status(Errc::invalid, 406, "NotAcceptable",
                     fmt::format("only the following media types are accepted: {}", served));
}

Error expired(std::string message) { return with_status(Errc::gone, 410, "Expired", std::move(message)); }

Error version_too_large(std::uint64_t wanted, std::uint64_t current) {
  json::object details{{"causes", json::array{{{"reason", "ResourceVersionTooLarge"},
                                               {"message", "Too large resource version"}}}},
                       {"retryAfterSeconds", 1}};
  return with_status(Errc::timeout, 504, "Timeout",
                     fmt::format("Too large resource version: {}, current: {}", wanted, current),
                     std::move(details));
}

int answer_code(const Error& error) {
  if (error.details) {
    if (const json::value* code = error.details->if_contains("code"); code != nullptr && code->is_int64()) {
      return static_cast<int>(code->get_int64());
    }
  }
  return http_status(error.code);
}

}  // namespace dynamo::apiserver
