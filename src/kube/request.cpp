#include "kube/request.h"

#include <fmt/format.h>

#include "net/http.h"

namespace dynamo::kube {
namespace {

constexpr std::string_view kJson = "application/json";

std::string in_namespace(std::string_view ns) {
  return ns.empty() ? std::string() : fmt::format(" in {}", ns);
}

std::string what(std::string_view verb, const Resource& resource, const NamespacedName& key,
                 std::string_view subresource) {
  const std::string_view slash = subresource.empty() ? "" : "/";
  return fmt::format("{} {}{}{} {}", verb, resource.group_resource(), slash, subresource, key.to_string());
}

ApiRequest with_body(std::string method, std::string path, std::string_view content_type, std::string body) {
  ApiRequest request;
  request.method = std::move(method);
  request.path = std::move(path);
  request.content_type = content_type;
  request.body = std::move(body);
  return request;
}

void add_write_options(ApiRequest& request, const WriteOptions& options) {
  request.query.emplace_back("fieldManager", options.field_manager);
  request.query.emplace_back("fieldValidation", options.field_validation);
  request.query.emplace_back("dryRun", options.dry_run ? "All" : "");
}

std::string_view to_string(Propagation propagation) {
  switch (propagation) {
    case Propagation::server_default:
      return "";
    case Propagation::background:
      return "Background";
    case Propagation::foreground:
      return "Foreground";
    case Propagation::orphan:
      return "Orphan";
  }
  return "";
}

Object delete_body(const DeleteOptions& options) {
  Object body{{"apiVersion", "v1"}, {"kind", "DeleteOptions"}};
  if (const auto policy = to_string(options.propagation); !policy.empty()) body["propagationPolicy"] = policy;
  if (options.grace_period) body["gracePeriodSeconds"] = options.grace_period->count();
  Object preconditions;
  if (!options.uid.empty()) preconditions["uid"] = options.uid;
  if (!options.resource_version.empty()) preconditions["resourceVersion"] = options.resource_version;
  if (!preconditions.empty()) body["preconditions"] = std::move(preconditions);
  return body;
}

std::string number(std::optional<std::int64_t> value) {
  return value ? std::to_string(*value) : std::string();
}

std::string flag(bool on) { return on ? "true" : ""; }

}  // namespace

std::string ApiRequest::target() const {
  std::string out = path;
  char separator = '?';
  for (const auto& [name, value] : query) {
    if (value.empty()) continue;
    out += separator;
    out += name;
    out += '=';
    out += net::percent_encode(value);
    separator = '&';
  }
  return out;
}

ApiRequest get_request(const Resource& resource, const NamespacedName& key, std::string_view subresource) {
  ApiRequest request;
  request.path = object_path(resource, key, subresource);
  request.what = what("get", resource, key, subresource);
  return request;
}

ApiRequest list_request(const Resource& resource, std::string_view ns, const ListOptions& options) {
  ApiRequest request;
  request.path = collection_path(resource, ns);
  request.query = {{"labelSelector", options.label_selector},
                   {"fieldSelector", options.field_selector},
                   {"limit", options.limit > 0 ? std::to_string(options.limit) : ""},
                   {"continue", options.continue_token},
                   {"resourceVersion", options.resource_version}};
  request.what = fmt::format("list {}{}", resource.group_resource(), in_namespace(ns));
  return request;
}

ApiRequest watch_request(const Resource& resource, std::string_view ns, const WatchOptions& options) {
  ApiRequest request;
  request.path = collection_path(resource, ns);
  request.query = {{"watch", "true"},
                   {"labelSelector", options.label_selector},
                   {"fieldSelector", options.field_selector},
                   {"resourceVersion", options.resource_version},
                   {"allowWatchBookmarks", flag(options.bookmarks)},
                   {"timeoutSeconds", std::to_string(options.timeout.count())}};
  request.what = fmt::format("watch {}{}", resource.group_resource(), in_namespace(ns));
  return request;
}

ApiRequest create_request(const Resource& resource, const Object& object, const WriteOptions& options) {
  const NamespacedName key = key_of(object);
  std::string path = options.subresource.empty() ? collection_path(resource, key.ns)
                                                 : object_path(resource, key, options.subresource);
  ApiRequest request = with_body("POST", std::move(path), kJson, json::dump(object));
  add_write_options(request, options);
  request.what = what("create", resource, key, options.subresource);
  return request;
}

ApiRequest update_request(const Resource& resource, const Object& object, const WriteOptions& options) {
  const NamespacedName key = key_of(object);
  ApiRequest request =
      with_body("PUT", object_path(resource, key, options.subresource), kJson, json::dump(object));
  add_write_options(request, options);
  request.what = what("update", resource, key, options.subresource);
  return request;
}

ApiRequest patch_request(const Resource& resource, const NamespacedName& key, PatchKind kind,
                         const json::value& patch, const WriteOptions& options) {
  const std::string_view type =
      kind == PatchKind::merge ? "application/merge-patch+json" : "application/json-patch+json";
  ApiRequest request =
      with_body("PATCH", object_path(resource, key, options.subresource), type, json::dump(patch));
  add_write_options(request, options);
  request.what = what("patch", resource, key, options.subresource);
  return request;
}

ApiRequest apply_request(const Resource& resource, const Object& object, const ApplyOptions& options) {
  const NamespacedName key = key_of(object);
  ApiRequest request = with_body("PATCH", object_path(resource, key, options.subresource),
                                 "application/apply-patch+yaml", json::dump(object));
  request.query = {{"fieldManager", options.field_manager},
                   {"force", flag(options.force)},
                   {"fieldValidation", options.field_validation},
                   {"dryRun", options.dry_run ? "All" : ""}};
  request.what = what("apply", resource, key, options.subresource);
  return request;
}

ApiRequest delete_request(const Resource& resource, const NamespacedName& key, const DeleteOptions& options) {
  ApiRequest request =
      with_body("DELETE", object_path(resource, key), kJson, json::dump(delete_body(options)));
  request.what = what("delete", resource, key, {});
  return request;
}

ApiRequest log_request(const NamespacedName& pod, const LogOptions& options) {
  ApiRequest request;
  request.path = object_path(resources::kPods, pod, "log");
  request.accept = "*/*";
  request.query = {{"container", options.container},
                   {"follow", flag(options.follow)},
                   {"previous", flag(options.previous)},
                   {"timestamps", flag(options.timestamps)},
                   {"tailLines", number(options.tail_lines)},
                   {"sinceSeconds", options.since ? std::to_string(options.since->count()) : ""}};
  request.what = fmt::format("read the log of pod {}", pod.to_string());
  return request;
}

}  // namespace dynamo::kube
