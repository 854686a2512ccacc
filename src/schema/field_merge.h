#pragma once

#include "base/error.h"
#include "base/json.h"
#include "schema/field_set.h"
#include "schema/schema.h"

/// How the fields of two versions of an object relate, in the units in which fields are owned: members of
/// granular maps, items of list-maps and sets; atomic lists and maps as a whole. A null schema, and anything
/// a schema does not describe, is taken as granular maps and atomic lists.
namespace dynamo::schema {

/// The fields that `value` sets: leaves, empty containers, members of free maps, and items of lists.
FieldSet fields_of(const json::value& value, const Schema* schema);

/// Which fields differ between two versions of an object. Containers that appear or go count too.
struct FieldChanges {
  FieldSet added;
  FieldSet modified;
  FieldSet removed;
  bool empty() const { return added.empty() && modified.empty() && removed.empty(); }
};
FieldChanges compare_fields(const json::value& before, const json::value& after, const Schema* schema);

/// `live` with everything that `applied` sets laid over it. Items of list-maps and sets come in the order of
/// `applied`; those only in `live` keep their place among their neighbours.
json::value merge_fields(const json::value& live, const json::value& applied, const Schema* schema);

/// Removes the paths of `fields` with all that is below them; containers emptied by that go too.
void remove_fields(json::value& value, const FieldSet& fields, const Schema* schema);

/// `fields`, and also every declared member on the way to one of them.
FieldSet with_declared_parents(const FieldSet& fields, const Schema* schema);

/// What an applied configuration must fulfil: items of list-maps carry all their keys (or the schema has a
/// default for them), and no two items of a list-map or set are the same.
/// Errors: invalid, with the path.
Result<void> check_list_items(const json::value& applied, const Schema* schema);

}  // namespace dynamo::schema
