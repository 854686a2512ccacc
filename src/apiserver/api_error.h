#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "kube/resource.h"
#include "schema/field_error.h"

/// The errors of a Kubernetes API server, with the texts, reasons, details and HTTP codes of a real one. Each
/// carries its whole Status in `details`, so that `kube::make_status` gives it back.
namespace dynamo::apiserver {

/// `deployments.apps "web" not found`
Error object_not_found(const kube::Resource& resource, std::string_view name);
Error object_exists(const kube::Resource& resource, std::string_view name);
/// "Operation cannot be fulfilled on pods "x": the object has been modified; …"
Error object_changed(const kube::Resource& resource, std::string_view name);
Error precondition_failed(const kube::Resource& resource, std::string_view name, std::string_view what,
                          std::string_view wanted, std::string_view found);
/// 422: `Deployment.apps "web" is invalid: spec.replicas: Invalid value: …`, one cause per field.
Error object_invalid(const kube::Resource& resource, std::string_view name,
                     const std::vector<schema::FieldError>& errors);
/// 409 from `schema::apply`, whose causes it keeps.
Error apply_conflict(const Error& conflict);
Error bad_request(std::string message);
Error unauthorized();
/// 403: `pods "x" is forbidden: why`.
Error object_forbidden(const kube::Resource& resource, std::string_view name, std::string_view why);
/// 404 for a path that means nothing here.
Error no_such_path();
Error method_not_allowed();
/// 415, naming the media types that are accepted.
Error unsupported_media_type(std::string_view accepted);
/// 406, naming the media types that are served.
Error not_acceptable(std::string_view served);
/// 410: the watch or list position is too old.
Error expired(std::string message);
/// 504: the version asked for has not been reached yet.
Error version_too_large(std::uint64_t wanted, std::uint64_t current);

/// HTTP status to answer `error` with.
int answer_code(const Error& error);

}  // namespace dynamo::apiserver
