#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "kube/object.h"
#include "kube/resource.h"

/// What is asked of an API server, as a value: no sockets here, so each request can be looked at in a test.
namespace dynamo::kube {

struct ApiRequest {
  std::string method = "GET";
  std::string path;
  std::vector<std::pair<std::string, std::string>> query;  // not yet encoded; empty values are left out
  std::string content_type;                                // empty without a body
  std::string accept = "application/json";
  std::string body;

  /// Path and encoded query.
  std::string target() const;
  /// "list deployments.apps in ns", for messages.
  std::string what;
};

struct ListOptions {
  std::string label_selector;
  std::string field_selector;
  std::int64_t limit = 0;        // objects per page; 0 = all at once
  std::string continue_token;    // of the page before
  std::string resource_version;  // "0" = any the server has at hand
};

struct WatchOptions {
  std::string label_selector;
  std::string field_selector;
  std::string resource_version;  // changes after this one; empty = first an ADDED for all that is there
  bool bookmarks = true;
  std::chrono::seconds timeout{300};  // the server ends the watch then
};

struct WriteOptions {
  std::string field_manager;
  std::string subresource;       // "status", "scale", …
  std::string field_validation;  // "Strict", "Warn", "Ignore"; empty = the server's default
  bool dry_run = false;
};

struct ApplyOptions {
  std::string field_manager;  // required
  bool force = false;         // take fields over from other managers
  std::string subresource;
  std::string field_validation;
  bool dry_run = false;
};

enum class Propagation : std::uint8_t { server_default, background, foreground, orphan };

struct DeleteOptions {
  Propagation propagation = Propagation::background;
  std::string uid;               // only the object with this uid, else conflict
  std::string resource_version;  // only in this version, else conflict
  std::optional<std::chrono::seconds> grace_period;
};

enum class PatchKind : std::uint8_t { merge, json };

struct LogOptions {
  std::string container;
  bool follow = false;
  bool previous = false;
  bool timestamps = false;
  std::optional<std::int64_t> tail_lines;
  std::optional<std::chrono::seconds> since;
};

ApiRequest get_request(const Resource& resource, const NamespacedName& key,
                       std::string_view subresource = {});
ApiRequest list_request(const Resource& resource, std::string_view ns, const ListOptions& options);
ApiRequest watch_request(const Resource& resource, std::string_view ns, const WatchOptions& options);
/// The namespace is the object's; without a subresource its `generateName` works as well as its name.
ApiRequest create_request(const Resource& resource, const Object& object, const WriteOptions& options);
/// Replaces; a `resourceVersion` in the object is a precondition.
ApiRequest update_request(const Resource& resource, const Object& object, const WriteOptions& options);
ApiRequest patch_request(const Resource& resource, const NamespacedName& key, PatchKind kind,
                         const json::value& patch, const WriteOptions& options);
ApiRequest apply_request(const Resource& resource, const Object& object, const ApplyOptions& options);
ApiRequest delete_request(const Resource& resource, const NamespacedName& key, const DeleteOptions& options);
ApiRequest log_request(const NamespacedName& pod, const LogOptions& options);

}  // namespace dynamo::kube
