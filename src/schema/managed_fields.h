#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "schema/field_set.h"

namespace dynamo::schema {

enum class ManagerOperation { apply, update };

/// One entry of `metadata.managedFields`: who wrote which fields, how, and when last.
struct FieldManager {
  std::string name;
  ManagerOperation operation = ManagerOperation::update;
  std::string api_version;
  std::string subresource{};  // "status", "scale"; empty = the object itself
  std::string time{};         // RFC 3339
  FieldSet fields{};

  /// Whether both are the same writer: what was written, and when, does not matter; for appliers neither does
  /// the version.
  bool same_writer(const FieldManager& other) const;
  friend bool operator==(const FieldManager&, const FieldManager&) = default;
};

using FieldManagers = std::vector<FieldManager>;

/// Reads `metadata.managedFields`. Errors: invalid, naming what is wrong with which entry.
Result<FieldManagers> parse_managers(const json::value& managed_fields);

/// In the order of a real API server: appliers first, then by time and name. Entries that own nothing are
/// left out.
json::array to_json(const FieldManagers& managers);

/// Folds the oldest updaters into one called "ancient-changes" when there are more than ten.
void cap_managers(FieldManagers& managers);

/// `"kubectl" using apps/v1`, as conflict messages name an updater; an applier is just its name.
std::string describe(const FieldManager& manager);

}  // namespace dynamo::schema
