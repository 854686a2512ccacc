#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace dynamo::schema {

/// What is wrong with a field, in the classes of the Kubernetes API.
enum class FieldErrorKind {
  required,       // absent or empty
  invalid,        // right type, wrong value
  type_invalid,   // wrong type
  not_supported,  // not one of the values allowed
  duplicate,
  forbidden,
  too_long,
  too_many,
  not_found,  // names something that is not there
};

/// One thing that is wrong with one field of an object.
struct FieldError {
  std::string path;  // "spec.services.Frontend.replicas", "spec.pvcs[0].size"
  FieldErrorKind kind;
  std::string message{};  // what is allowed; may be empty where the kind says it all
  json::value
      bad_value{};  // what was found; shown for invalid, type_invalid, not_supported, duplicate, not_found

  /// Without the path: `Invalid value: -1: must be at least 0`. This is the message of a Status cause.
  std::string body() const;
  /// With the path: `spec.replicas: Invalid value: -1: must be at least 0`.
  std::string to_string() const;
  friend bool operator==(const FieldError&, const FieldError&) = default;
};

/// The `reason` of a Status cause: "FieldValueInvalid".
std::string_view cause_reason(FieldErrorKind kind);

FieldError required(std::string path, std::string message = "");
FieldError invalid(std::string path, json::value bad, std::string message);
FieldError not_supported(std::string path, json::value bad, const std::vector<std::string>& supported);
FieldError forbidden(std::string path, std::string message);
FieldError duplicate(std::string path, json::value bad);
FieldError too_many(std::string path, std::size_t found, std::size_t limit);
FieldError too_long(std::string path, std::size_t limit);

/// All of them as one text, as a Status message has it: the only one alone, several as "[a, b]".
std::string join(const std::vector<FieldError>& errors);

/// Where a walk through a document stands. Lives on the stack, each step pointing at the one before, and
/// becomes text only when something is wrong there.
class FieldPath {
 public:
  FieldPath() = default;
  /// Starts at `text`, taken as it is; `text` must outlive the path.
  explicit FieldPath(std::string_view text) : key_(text) {}

  FieldPath member(std::string_view name) const { return FieldPath(this, name, kNoIndex); }
  FieldPath item(std::size_t index) const { return FieldPath(this, {}, index); }
  std::string str() const;

 private:
  static constexpr std::size_t kNoIndex = static_cast<std::size_t>(-1);
  FieldPath(const FieldPath* up, std::string_view key, std::size_t index)
      : up_(up), key_(key), index_(index) {}
  void append_to(std::string& out) const;

  const FieldPath* up_{nullptr};
  std::string_view key_{};
  std::size_t index_{kNoIndex};
};

}  // namespace dynamo::schema
