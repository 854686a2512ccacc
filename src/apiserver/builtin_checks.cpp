#include "apiserver/builtin_checks.h"

#include <set>

#include "apiserver/kind.h"
#include "kube/selector.h"

namespace dynamo::apiserver {
namespace {

using schema::FieldError;
using Errors = std::vector<FieldError>;

constexpr std::size_t kMaxAnnotations = 256u << 10;  // bytes, all together

void check_containers(const Object& spec, const std::string& path, Errors& errors) {
  const auto& containers = kube::array_at(spec, {"containers"});
  if (containers.empty()) errors.push_back(schema::required(path + ".containers"));
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < containers.size(); ++i) {
    const std::string at = fmt::format("{}.containers[{}]", path, i);
    const auto name = json::string_at(containers[i], {"name"});
    if (name.empty()) errors.push_back(schema::required(at + ".name"));
    if (!name.empty() && !names.insert(name).second)
      errors.push_back(schema::duplicate(at + ".name", json::value(name)));
    if (json::string_at(containers[i], {"image"}).empty()) errors.push_back(schema::required(at + ".image"));
  }
}

bool is_word(std::string_view text, std::string_view inner) {
  const auto alphanumeric = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (text.empty() || !alphanumeric(text.front()) || !alphanumeric(text.back())) return false;
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return alphanumeric(c) || inner.find(c) != inner.npos; });
}

/// Why `name` cannot be the name of an object; nothing when it can.
std::optional<std::string> name_problem(std::string_view name, NameRule rule) {
  switch (rule) {
    case NameRule::subdomain:
      if (name.size() > 253) return "must be no more than 253 bytes";
      if (is_word(name, "-.") && name.find("..") == name.npos && name.find(".-") == name.npos &&
          name.find("-.") == name.npos) {
        return std::nullopt;
      }
      return "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
             "and must "
             "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
             "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
    case NameRule::label:
      if (name.size() > 63) return "must be no more than 63 bytes";
      if (is_word(name, "-")) return std::nullopt;
      return "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must "
             "start and "
             "end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation "
             "is "
             "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
    case NameRule::service:
      if (name.size() > 63) return "must be no more than 63 bytes";
      if (is_word(name, "-") && name.front() >= 'a') return std::nullopt;
      return "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an "
             "alphabetic "
             "character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used "
             "for "
             "validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
    case NameRule::path_segment:
      if (name == "." || name == "..") return fmt::format("may not be '{}'", name);
      if (name.find('/') != name.npos) return "may not contain '/'";
      if (name.find('%') != name.npos) return "may not contain '%'";
      return std::nullopt;
  }
  return std::nullopt;
}

void check_labels(const Object& object, Errors& errors) {
  for (const auto& label : kube::labels_of(object)) {
    if (const auto problem = kube::label_key_problem(label.key())) {
      errors.push_back(schema::invalid("metadata.labels", json::value(label.key()), *problem));
    }
    const json::string* text = label.value().if_string();
    const auto problem = kube::label_value_problem(text == nullptr ? std::string_view{} : kube::view(*text));
    if (problem) errors.push_back(schema::invalid("metadata.labels", label.value(), *problem));
  }
}

void check_annotations(const Object& object, Errors& errors) {
  std::size_t bytes = 0;
  for (const auto& annotation : kube::annotations_of(object)) {
    const json::string* text = annotation.value().if_string();
    bytes += annotation.key().size() + (text == nullptr ? 0 : text->size());
  }
  if (bytes > kMaxAnnotations) errors.push_back(schema::too_long("metadata.annotations", kMaxAnnotations));
}

void check_finalizers(const Object& object, Errors& errors) {
  for (const auto& finalizer : kube::array_at(object, {"metadata", "finalizers"})) {
    const auto name = json::string_at(finalizer, {});
    const bool builtin = name == "foregroundDeletion" || name == "orphan" || name == "kubernetes";
    if (builtin || (name.find('/') != name.npos && !kube::label_key_problem(name))) continue;
    // A real server warns about names without a domain; it refuses those that are no qualified name at all.
    if (!kube::label_key_problem(name)) continue;
    errors.push_back(schema::invalid("metadata.finalizers", finalizer,
                                     "name is neither a standard finalizer name nor is it fully qualified"));
  }
}

}  // namespace

Errors check_metadata(const Object& object, NameRule rule) {
  Errors errors;
  const auto name = kube::name_of(object);
  if (name.empty()) {
    errors.push_back(schema::required("metadata.name", "name or generateName is required"));
  } else if (auto problem = name_problem(name, rule)) {
    errors.push_back(schema::invalid("metadata.name", json::value(name), std::move(*problem)));
  }
  check_labels(object, errors);
  check_annotations(object, errors);
  check_finalizers(object, errors);
  return errors;
}

Errors check_pod(const Object& pod, const Object*) {
  Errors errors;
  check_containers(kube::object_at(pod, {"spec"}), "spec", errors);
  return errors;
}

Errors check_workload(const Object& workload, const Object* old) {
  Errors errors;
  const json::value* selector = json::find(workload, {"spec", "selector"});
  const auto parsed = kube::LabelSelector::from_json(selector);
  if (selector == nullptr || selector->is_null()) {
    errors.push_back(schema::required("spec.selector"));
  } else if (!parsed) {
    errors.push_back(schema::invalid("spec.selector", *selector, parsed.error().message));
  } else if (parsed->empty()) {
    errors.push_back(schema::invalid("spec.selector", *selector, "empty selector is invalid for deployment"));
  } else if (const auto& labels = kube::object_at(workload, {"spec", "template", "metadata", "labels"});
             !parsed->matches(labels)) {
    errors.push_back(schema::invalid("spec.template.metadata.labels", labels,
                                     "`selector` does not match template `labels`"));
  }
  const json::value* before = old == nullptr ? nullptr : json::find(*old, {"spec", "selector"});
  if (before != nullptr && selector != nullptr && *before != *selector) {
    errors.push_back(schema::invalid("spec.selector", *selector, "field is immutable"));
  }
  if (kube::int_at(workload, {"spec", "replicas"}).value_or(0) < 0) {
    errors.push_back(schema::invalid("spec.replicas", *json::find(workload, {"spec", "replicas"}),
                                     "must be greater than or equal to 0"));
  }
  check_containers(kube::object_at(workload, {"spec", "template", "spec"}), "spec.template.spec", errors);
  return errors;
}

Errors check_service(const Object& service, const Object*) {
  Errors errors;
  const bool headless = json::string_at(service, {"spec", "clusterIP"}) == "None";
  const bool external = json::string_at(service, {"spec", "type"}) == "ExternalName";
  const auto& ports = kube::array_at(service, {"spec", "ports"});
  if (ports.empty() && !headless && !external) errors.push_back(schema::required("spec.ports"));
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const auto port = json::int_at(ports[i], {"port"}).value_or(0);
    const std::string path = fmt::format("spec.ports[{}]", i);
    if (port < 1 || port > 65535)
      errors.push_back(schema::invalid(path + ".port", port, "must be between 1 and 65535, inclusive"));
    if (ports.size() > 1 && json::string_at(ports[i], {"name"}).empty())
      errors.push_back(schema::required(path + ".name"));
  }
  return errors;
}

Errors check_definition(const Object& definition, const Object*) {
  Errors errors;
  const auto plural = json::string_at(definition, {"spec", "names", "plural"});
  const auto group = json::string_at(definition, {"spec", "group"});
  for (const auto& [path, value] :
       {std::pair{"spec.group", group},
        {"spec.names.plural", plural},
        {"spec.names.kind", json::string_at(definition, {"spec", "names", "kind"})}}) {
    if (value.empty()) errors.push_back(schema::required(path));
  }
  const auto scope = json::string_at(definition, {"spec", "scope"});
  if (scope != "Namespaced" && scope != "Cluster") {
    errors.push_back(schema::not_supported("spec.scope", json::value(scope), {"Cluster", "Namespaced"}));
  }
  if (const std::string wanted = fmt::format("{}.{}", plural, group); wanted != kube::name_of(definition)) {
    errors.push_back(schema::invalid("metadata.name", json::value(kube::name_of(definition)),
                                     "must be spec.names.plural+\".\"+spec.group"));
  }
  std::size_t stored = 0;
  const auto& versions = kube::array_at(definition, {"spec", "versions"});
  for (std::size_t i = 0; i < versions.size(); ++i) {
    const std::string path = fmt::format("spec.versions[{}].schema.openAPIV3Schema", i);
    if (json::bool_at(versions[i], {"storage"})) ++stored;
    const json::value* text = json::find(versions[i], {"schema", "openAPIV3Schema"});
    if (text == nullptr) {
      errors.push_back(schema::required(path, "schemas are required"));
    } else if (const auto parsed = schema::parse(*text); !parsed) {
      errors.push_back(schema::invalid(path, nullptr, parsed.error().message));
    } else {
      for (auto& error : schema::check_structural(*parsed, path)) errors.push_back(std::move(error));
    }
  }
  if (stored != 1) {
    errors.push_back(schema::invalid("spec.versions", json::value(versions),
                                     "must have exactly one version marked as storage version"));
  }
  if (json::string_at(definition, {"spec", "conversion", "strategy"}) == "Webhook") {
    errors.push_back(schema::invalid("spec.conversion.strategy", json::value("Webhook"),
                                     "this server has no conversion webhooks: must be None"));
  }
  return errors;
}

}  // namespace dynamo::apiserver
