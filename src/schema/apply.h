#pragma once

#include <string>

#include "base/error.h"
#include "base/json.h"
#include "schema/schema.h"

/// Field ownership: who set which field, kept in `metadata.managedFields`, and server-side apply on top of
/// it. Pure; objects are whole API objects (apiVersion, kind, metadata, …). A null schema is fully granular.
namespace dynamo::schema {

/// Who writes, and through which door.
struct FieldWriter {
  std::string name;         // "kubectl-client-side-apply"
  std::string api_version;  // of the request: "apps/v1"
  std::string subresource{};
  std::string time{};  // now, RFC 3339
};

enum class ApplyMode { refuse_conflicts, force };

/// Lays `applied` over `live` (an empty object when there is none yet), removes what the same applier set the
/// last time and neither sets now nor anybody else owns, and records who owns what. Applying the same twice
/// gives an equal object, time stamps of ownership included. Errors: invalid (list items without or with
/// equal keys, managedFields in `applied`); conflict, with the text of a real API server and
/// `details.causes`, when another manager owns a field that would change.
Result<json::value> apply(const json::value& live, json::value applied, const Schema* schema,
                          const FieldWriter& writer, ApplyMode mode);

/// Records in `updated` that `writer` made it from `live` by create, replace or patch. managedFields that the
/// update carries itself are taken as the starting point (`[{}]` forgets all owners); broken ones are
/// ignored.
void track_update(const json::value& live, json::value& updated, const Schema* schema,
                  const FieldWriter& writer);

}  // namespace dynamo::schema
