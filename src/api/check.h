#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/yaml.h"
#include "schema/field_error.h"

namespace dynamo::api {

enum class Severity { error, warning };

/// Something to say about a place in a file.
struct Diagnostic {
  std::string file;
  yaml::Position at;
  Severity severity;
  std::string message;

  /// "graph.yaml:12:7: spec.replicas: Invalid value: …", with "warning: " before the message of a warning.
  std::string to_string() const;
};

/// Everything that is wrong with the documents of a file, at once and in the order of the text: YAML and
/// JSON, duplicate keys, unknown kinds and fields, wrong types and values, names, and the rules that no
/// schema expresses. Kinds of Kubernetes that the platform knows are checked too; `kind: List` is looked
/// into.
std::vector<Diagnostic> check_documents(std::string_view text, std::string_view file);

/// The same checks for one object that is already JSON: field errors with their paths.
struct ObjectFindings {
  std::vector<std::string> unknown_fields{};
  std::vector<schema::FieldError> errors{};
  std::vector<std::string> warnings{};  // each starts with the path of a field
};
ObjectFindings check_object(const json::value& object);

/// "spec.services[Frontend].replicas", as rules write it, is "spec.services.Frontend.replicas" among a
/// document's positions.
std::string document_path(std::string_view path);

}  // namespace dynamo::api
