#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/component_deployment.h"
#include "api/graph_deployment.h"
#include "schema/field_error.h"

/// Rules that a schema cannot express, as pure functions of one object. Admission webhooks and `dynamo
/// validate` call the same ones. All errors are collected, in the order of the fields.
namespace dynamo::api {

struct Findings {
  std::vector<schema::FieldError> errors{};
  std::vector<std::string> warnings{};
};

/// What the rules need to know beyond the object.
struct ValidationContext {
  /// Whether the cluster has the API group of InferencePool; absent = nobody could look.
  std::optional<bool> has_inference_pool{};
};

/// The rules of a component; `path` is where it stands, `runtime_namespace` the value that its
/// `dynamoNamespace` is replaced by.
Findings validate_component(const ComponentSpec& component, const std::string& path,
                            const std::string& runtime_namespace, const ValidationContext& context = {});

Findings validate_graph_deployment(const DynamoGraphDeployment& graph, const ValidationContext& context = {});
Findings validate_component_deployment(const DynamoComponentDeployment& component,
                                       const ValidationContext& context = {});

/// Namespace in which the components of a graph find each other: "dynamo" for a component that asks for the
/// global one, "<namespace>-<graph>" otherwise.
std::string runtime_namespace(const ComponentSpec& component, const std::string& ns,
                              const std::string& graph);

/// What is wrong with the names of a graph: it and each "<graph>-<service>" name Deployments, Services and
/// labels, so they must be DNS labels of at most 63 characters that start with a letter.
std::vector<schema::FieldError> validate_names(const DynamoGraphDeployment& graph);

/// Amounts under `resources` that are no quantities. The API accepts them, the workload cannot be made then.
std::vector<schema::FieldError> validate_quantities(const ComponentSpec& component, const std::string& path);

/// What the name of an object must be; the kind decides.
enum class NameRule {
  dns_subdomain,
  dns_label,
  dns1035_label,
  path_segment,  // anything without '/' and '%', not "." or ".."
};

/// What is wrong with the metadata of any object, by the rules of an API server: a name, or generateName, is
/// there and well formed; the namespace is a DNS label; labels and annotations are well formed.
std::vector<schema::FieldError> validate_metadata(const json::object& metadata,
                                                  NameRule rule = NameRule::dns_subdomain);

/// Whether `name` is a DNS-1123 label (a-z, 0-9, '-', at most 63), a DNS-1123 subdomain (labels and dots, at
/// most 253), or a DNS-1035 label (a label that starts with a letter); nothing when it is, else what is
/// wrong.
std::optional<std::string> check_dns_label(std::string_view name);
std::optional<std::string> check_dns_subdomain(std::string_view name);
std::optional<std::string> check_dns1035_label(std::string_view name);
/// The key of a label or annotation: an optional DNS subdomain and "/", then up to 63 of A-Z a-z 0-9 - _ .
std::optional<std::string> check_qualified_name(std::string_view name);
std::optional<std::string> check_label_value(std::string_view value);

}  // namespace dynamo::api
