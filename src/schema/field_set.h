#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace dynamo::schema {

/// A set of paths into an object, as `metadata.managedFields[].fieldsV1` writes it: a tree whose edges are
/// `f:NAME` (member), `k:{"key":"value"}` (item of a list-map), `v:VALUE` (item of a set), `i:INDEX`.
/// Edges are kept in that written form, keys of `k:` sorted, so that equal paths are equal strings.
class FieldSet {
 public:
  using Children = std::map<std::string, FieldSet, std::less<>>;

  /// Errors: invalid, naming the element that is not one of the four forms.
  static Result<FieldSet> from_fields_v1(const json::value& fields);
  /// `{"f:spec":{".":{},"f:replicas":{}}}`: an empty object is a member without members below it.
  json::object to_fields_v1() const;

  bool empty() const noexcept { return !member_ && children_.empty(); }
  /// Whether the path that leads here is in the set.
  bool is_member() const noexcept { return member_; }
  void set_member(bool on) noexcept { member_ = on; }
  const Children& children() const noexcept { return children_; }
  /// The set below `element`; null when nothing of it is in the set.
  const FieldSet* child(std::string_view element) const;
  /// The set below `element`, made when absent. Leave something in it: an empty branch is not a set.
  FieldSet& operator[](std::string_view element);
  /// Puts `below` under `element`, unless it is empty.
  void put(std::string_view element, FieldSet below);
  void erase(std::string_view element);

  /// Every path in the set as people read it, parents before children: `.spec.containers[name="a"].image`.
  std::vector<std::string> paths() const;

  friend FieldSet unite(FieldSet a, const FieldSet& b);
  friend FieldSet subtract(const FieldSet& a, const FieldSet& b);
  friend FieldSet intersect(const FieldSet& a, const FieldSet& b);
  friend bool operator==(const FieldSet&, const FieldSet&) = default;

 private:
  void append_paths(const std::string& prefix, std::vector<std::string>& out) const;
  bool member_ = false;
  Children children_;
};

FieldSet unite(FieldSet a, const FieldSet& b);
/// Paths of `a` that are not in `b`; paths below those of `b` stay.
FieldSet subtract(const FieldSet& a, const FieldSet& b);
FieldSet intersect(const FieldSet& a, const FieldSet& b);

/// The edge to member `name`: "f:name".
std::string member_element(std::string_view name);
/// The edge as people read it: `.name`, `[name="a"]`, `[="x"]`, `[3]`.
std::string readable_element(std::string_view element);

}  // namespace dynamo::schema
