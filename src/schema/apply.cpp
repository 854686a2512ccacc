#include "schema/apply.h"

#include <algorithm>

#include "schema/field_merge.h"
#include "schema/managed_fields.h"

namespace dynamo::schema {
namespace {

/// Fields that identify an object or belong to the server; nobody owns them.
FieldSet without_identity(FieldSet fields) {
  for (const auto name : {"f:apiVersion", "f:kind"}) fields.erase(name);
  if (const FieldSet* metadata = fields.child("f:metadata")) {
    FieldSet kept = *metadata;
    kept.set_member(false);
    for (const auto name : {"f:name", "f:namespace", "f:creationTimestamp", "f:selfLink", "f:uid",
                            "f:generation", "f:managedFields", "f:resourceVersion"}) {
      kept.erase(name);
    }
    fields.erase("f:metadata");
    fields.put("f:metadata", std::move(kept));
  }
  return fields;
}

/// The parts of a fresh object that exist in any case are not worth owning.
FieldSet without_top_parents(FieldSet fields) {
  for (const auto name : {"f:spec", "f:status"}) {
    const FieldSet* part = fields.child(name);
    if (part == nullptr || part->children().empty()) continue;
    fields[name].set_member(false);
  }
  return fields;
}

json::value take_managed_fields(json::value& object) {
  json::value* metadata = json::find(object, {"metadata"});
  if (metadata == nullptr || !metadata->is_object()) return nullptr;
  json::value* found = metadata->get_object().if_contains("managedFields");
  if (found == nullptr) return nullptr;
  json::value taken = std::move(*found);
  metadata->get_object().erase("managedFields");
  return taken;
}

void put_managed_fields(json::value& object, FieldManagers& managers) {
  cap_managers(managers);
  json::array entries = to_json(managers);
  if (entries.empty()) return;
  json::ensure_object(object.get_object(), "metadata")["managedFields"] = std::move(entries);
}

bool is_reset(const json::value& managed_fields) {
  const json::array* entries = managed_fields.if_array();
  return entries != nullptr && entries->size() == 1 && (*entries)[0] == json::value(json::object{});
}

struct Conflict {
  const FieldManager* owner;
  FieldSet fields;
};

std::string conflict_message(const std::vector<Conflict>& conflicts, std::size_t count) {
  if (count == 1) {
    return fmt::format("Apply failed with 1 conflict: conflict with {}: {}", describe(*conflicts[0].owner),
                       conflicts[0].fields.paths()[0]);
  }
  std::string out = fmt::format("Apply failed with {} conflicts: ", count);
  for (const auto& conflict : conflicts) {
    if (&conflict != &conflicts.front()) out += '\n';
    out += fmt::format("conflicts with {}:", describe(*conflict.owner));
    for (const auto& path : conflict.fields.paths()) out += fmt::format("\n- {}", path);
  }
  return out;
}

Error conflict_error(std::vector<Conflict> conflicts) {
  std::sort(conflicts.begin(), conflicts.end(),
            [](const Conflict& a, const Conflict& b) { return describe(*a.owner) < describe(*b.owner); });
  json::array causes;
  for (const auto& conflict : conflicts) {
    for (const auto& path : conflict.fields.paths()) {
      causes.push_back({{"reason", "FieldManagerConflict"},
                        {"message", fmt::format("conflict with {}", describe(*conflict.owner))},
                        {"field", path}});
    }
  }
  auto message = conflict_message(conflicts, causes.size());
  auto details = std::make_shared<const json::object>(json::object{{"causes", std::move(causes)}});
  return Error{Errc::conflict, std::move(message), std::move(details)};
}

/// Takes what changed away from everybody who owned it.
void disown(FieldManagers& managers, const FieldChanges& changes, const FieldManager* except) {
  const FieldSet gone = unite(unite(changes.added, changes.modified), changes.removed);
  for (auto& manager : managers) {
    if (&manager != except) manager.fields = subtract(manager.fields, gone);
  }
}

std::vector<Conflict> find_conflicts(const FieldManagers& managers, const FieldChanges& changes,
                                     const FieldManager* except) {
  const FieldSet changed = unite(changes.added, changes.modified);
  std::vector<Conflict> conflicts;
  for (const auto& manager : managers) {
    if (&manager == except) continue;
    FieldSet both = intersect(manager.fields, changed);
    if (!both.empty()) conflicts.push_back(Conflict{&manager, std::move(both)});
  }
  return conflicts;
}

/// `merged` without what the applier set the last time (`last`), does not set now, and nobody owns.
/// A parent that only `last` declared goes with everything below it, defaults included.
json::value without_abandoned(const json::value& merged, const FieldSet& last, const FieldManagers& managers,
                              const Schema* schema) {
  const FieldSet dropped = with_declared_parents(last, schema);
  const FieldSet present = with_declared_parents(fields_of(merged, schema), schema);
  FieldSet owned;
  for (const auto& manager : managers) owned = unite(std::move(owned), manager.fields);

  json::value bare = merged;
  remove_fields(bare, dropped, schema);
  const FieldSet kept =
      unite(with_declared_parents(fields_of(bare, schema), schema), with_declared_parents(owned, schema));
  json::value pruned = merged;
  remove_fields(pruned, subtract(present, kept), schema);

  const FieldSet left = with_declared_parents(fields_of(pruned, schema), schema);
  json::value out = merged;
  remove_fields(out, intersect(subtract(present, left), dropped), schema);
  return out;
}

FieldManager& entry_of(FieldManagers& managers, const FieldManager& writer) {
  const auto found = std::find_if(managers.begin(), managers.end(),
                                  [&](const FieldManager& m) { return m.same_writer(writer); });
  if (found != managers.end()) return *found;
  managers.push_back(writer);
  return managers.back();
}

FieldManager as_manager(const FieldWriter& writer, ManagerOperation operation) {
  return FieldManager{.name = writer.name.empty() ? "unknown" : writer.name,
                      .operation = operation,
                      .api_version = writer.api_version,
                      .subresource = writer.subresource,
                      .time = writer.time};
}

}  // namespace

Result<json::value> apply(const json::value& live, json::value applied, const Schema* schema,
                          const FieldWriter& writer, ApplyMode mode) {
  json::value before = live;
  FieldManagers managers = parse_managers(take_managed_fields(before)).value_or(FieldManagers{});
  const json::value foreign = take_managed_fields(applied);
  if (!foreign.is_null() && foreign != json::value(json::array{})) {
    return fail(Errc::invalid, "metadata.managedFields must be nil");
  }
  if (auto ok = check_list_items(applied, schema); !ok) return std::unexpected(ok.error());

  FieldManager& self = entry_of(managers, as_manager(writer, ManagerOperation::apply));
  const FieldSet last = std::exchange(self.fields, without_identity(fields_of(applied, schema)));
  json::value after = merge_fields(before, applied, schema);
  if (!last.empty()) after = without_abandoned(after, last, managers, schema);

  const FieldChanges changes = compare_fields(before, after, schema);
  auto conflicts = find_conflicts(managers, changes, &self);
  if (!conflicts.empty() && mode == ApplyMode::refuse_conflicts) {
    return std::unexpected(conflict_error(std::move(conflicts)));
  }
  disown(managers, changes, &self);
  if (!changes.empty() || self.fields != last) self.time = writer.time;
  self.api_version = writer.api_version;
  put_managed_fields(after, managers);
  return after;
}

void track_update(const json::value& live, json::value& updated, const Schema* schema,
                  const FieldWriter& writer) {
  json::value before = live;
  const json::value old_fields = take_managed_fields(before);
  const json::value new_fields = take_managed_fields(updated);
  if (is_reset(new_fields)) return;
  FieldManagers managers = parse_managers(new_fields).value_or(FieldManagers{});
  if (managers.empty()) managers = parse_managers(old_fields).value_or(FieldManagers{});

  const FieldChanges changes = compare_fields(before, updated, schema);
  disown(managers, changes, nullptr);
  FieldSet mine = without_top_parents(without_identity(unite(changes.added, changes.modified)));
  if (!mine.empty()) {
    FieldManager& self = entry_of(managers, as_manager(writer, ManagerOperation::update));
    self.fields = unite(std::move(self.fields), mine);
    self.time = writer.time;
  }
  put_managed_fields(updated, managers);
}

}  // namespace dynamo::schema
