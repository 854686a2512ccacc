#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "api/fields.h"
#include "api/meta.h"

namespace dynamo::api {

/// A column that `kubectl get` shows.
struct PrinterColumn {
  std::string_view name;
  std::string_view type;  // string, integer, date
  std::string_view json_path;
  std::string_view doc;
};

/// Where the scale subresource reads and writes.
struct ScalePaths {
  std::string_view spec_replicas;
  std::string_view status_replicas;
  std::string_view label_selector;
};

/// One kind of the group nvidia.com. All are namespaced and have the version v1alpha1.
struct KindInfo {
  std::string_view kind;
  std::string_view plural;
  std::string_view singular;
  std::string_view short_name;
  bool has_status;  // and so the status subresource
  std::optional<ScalePaths> scale;
  std::vector<PrinterColumn> columns;
  const StructInfo& type;  // its root: metadata, spec, status
};

/// Every kind, in the order of the documentation.
std::span<const KindInfo> kinds();
/// Null when the group has no such kind or the version is another.
const KindInfo* find_kind(std::string_view api_version, std::string_view kind);

/// The schema of a whole object: apiVersion and kind before the fields of its type.
schema::Schema object_schema(const KindInfo& kind, Detail detail);

}  // namespace dynamo::api
