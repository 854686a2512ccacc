#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"

/// The custom resources of the platform as plain values. An empty string, list or map is the same as an
/// absent one and is left out when written; where absence means something of its own the member is an
/// optional.
namespace dynamo::api {

inline constexpr std::string_view kGroup = "nvidia.com";
inline constexpr std::string_view kVersion = "v1alpha1";
inline constexpr std::string_view kApiVersion = "nvidia.com/v1alpha1";

struct StructInfo;
/// Names a type in an overload set: `describe(Type<Pvc>{})` is the field list of Pvc.
template <class T>
struct Type {};

/// Whose child an object is.
struct OwnerReference {
  std::string api_version{};
  std::string kind{};
  std::string name{};
  std::string uid{};
  std::optional<bool> controller{};
  std::optional<bool> block_owner_deletion{};
  friend bool operator==(const OwnerReference&, const OwnerReference&) = default;
};
const StructInfo& describe(Type<OwnerReference>);

/// The metadata that we decide on; the rest (managedFields, …) is carried along.
struct ObjectMeta {
  std::string name{};
  std::string generate_name{};
  std::string ns{};  // JSON namespace
  std::string uid{};
  std::string resource_version{};
  std::optional<std::int64_t> generation{};
  std::optional<WallTime> creation_timestamp{};
  std::optional<WallTime> deletion_timestamp{};
  std::map<std::string, std::string> labels{};
  std::map<std::string, std::string> annotations{};
  std::vector<OwnerReference> owner_references{};
  std::vector<std::string> finalizers{};
  json::object rest{};
  friend bool operator==(const ObjectMeta&, const ObjectMeta&) = default;
};
const StructInfo& describe(Type<ObjectMeta>);

/// Values of `Condition::status`.
namespace condition_status {
inline constexpr std::string_view kTrue = "True";
inline constexpr std::string_view kFalse = "False";
inline constexpr std::string_view kUnknown = "Unknown";
}  // namespace condition_status

/// One aspect of an object's state.
struct Condition {
  std::string type{};
  std::string status{};  // condition_status
  std::string reason{};
  std::string message{};
  WallTime last_transition_time{};
  std::optional<std::int64_t> observed_generation{};
  friend bool operator==(const Condition&, const Condition&) = default;
};
const StructInfo& describe(Type<Condition>);

}  // namespace dynamo::api
