#include <algorithm>

#include "api/validate.h"

/// Names of objects and labels.
namespace dynamo::api {
namespace {

constexpr std::size_t kLabelLength = 63;
constexpr std::size_t kSubdomainLength = 253;
constexpr std::size_t kAnnotationsSize = 256U << 10U;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower_alnum(char c) { return is_lower(c) || is_digit(c); }
bool is_alnum(char c) { return is_lower_alnum(c) || (c >= 'A' && c <= 'Z'); }

std::string too_long(std::size_t limit, std::size_t length) {
  return fmt::format("must be at most {} characters long, it has {}", limit, length);
}

bool is_dns_label(std::string_view s) {
  return !s.empty() && is_lower_alnum(s.front()) && is_lower_alnum(s.back()) &&
         std::ranges::all_of(s, [](char c) { return is_lower_alnum(c) || c == '-'; });
}

/// Letters and digits at both ends; those, '-', '_' and '.' between.
bool is_name_part(std::string_view s) {
  return !s.empty() && is_alnum(s.front()) && is_alnum(s.back()) &&
         std::ranges::all_of(s, [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; });
}

std::string to_lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

using Errors = std::vector<schema::FieldError>;

const json::object& object_at(const json::object& metadata, std::string_view member) {
  static const json::object kNone;
  const auto* found = metadata.if_contains(member);
  const auto* o = found == nullptr ? nullptr : found->if_object();
  return o == nullptr ? kNone : *o;
}

void check_labels(const json::object& metadata, Errors& errors) {
  for (const auto& label : object_at(metadata, "labels")) {
    if (auto bad = check_qualified_name(label.key())) {
      errors.push_back(schema::invalid("metadata.labels", json::value(label.key()), std::move(*bad)));
    }
    if (auto bad = check_label_value(json::string_at(label.value(), {}))) {
      errors.push_back(schema::invalid(fmt::format("metadata.labels.{}", std::string_view(label.key())),
                                       label.value(), std::move(*bad)));
    }
  }
}

void check_annotations(const json::object& metadata, Errors& errors) {
  std::size_t size = 0;
  for (const auto& annotation : object_at(metadata, "annotations")) {
    size += annotation.key().size() + json::string_at(annotation.value(), {}).size();
    if (auto bad = check_qualified_name(to_lower(std::string(annotation.key())))) {
      errors.push_back(
          schema::invalid("metadata.annotations", json::value(annotation.key()), std::move(*bad)));
    }
  }
  if (size > kAnnotationsSize) errors.push_back(schema::too_long("metadata.annotations", kAnnotationsSize));
}

std::optional<std::string> check_path_segment(std::string_view name) {
  const bool fits = name != "." && name != ".." && name.find_first_of("/%") == std::string_view::npos;
  return fits ? std::nullopt : std::optional<std::string>("must not be '.' or '..' nor contain '/' or '%'");
}

std::optional<std::string> check_name(std::string_view name, NameRule rule) {
  switch (rule) {
    case NameRule::dns_subdomain:
      return check_dns_subdomain(name);
    case NameRule::dns_label:
      return check_dns_label(name);
    case NameRule::dns1035_label:
      return check_dns1035_label(name);
    case NameRule::path_segment:
      return check_path_segment(name);
  }
  return std::nullopt;
}

void check_service_name(const std::string& graph, const std::string& service, Errors& errors) {
  const std::string path = fmt::format("spec.services[{}]", service);
  if (auto bad = check_dns_label(to_lower(service))) {
    errors.push_back(schema::invalid(path, json::value(service),
                                     fmt::format("the name of a service, in lower case, {}", *bad)));
    return;
  }
  const std::string name = graph + "-" + to_lower(service);
  if (name.size() > kLabelLength) {
    errors.push_back(schema::invalid(
        path, json::value(service),
        fmt::format("its objects are named \"{}\", which {}", name, too_long(kLabelLength, name.size()))));
  }
}

}  // namespace

std::optional<std::string> check_dns_label(std::string_view name) {
  if (name.size() > kLabelLength) return too_long(kLabelLength, name.size());
  if (is_dns_label(name)) return std::nullopt;
  return "must consist of lower case letters, digits and '-', and start and end with a letter or digit";
}

std::optional<std::string> check_dns1035_label(std::string_view name) {
  if (auto bad = check_dns_label(name)) return bad;
  if (is_lower(name.front())) return std::nullopt;
  return "must start with a letter";
}

std::optional<std::string> check_dns_subdomain(std::string_view name) {
  if (name.size() > kSubdomainLength) return too_long(kSubdomainLength, name.size());
  for (std::string_view rest = name;;) {
    const auto dot = rest.find('.');
    if (!is_dns_label(rest.substr(0, dot))) {
      return "must consist of lower case letters, digits, '-' and '.', and start and end with a letter or "
             "digit";
    }
    if (dot == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(dot + 1);
  }
}

std::optional<std::string> check_qualified_name(std::string_view name) {
  const auto slash = name.find('/');
  if (slash != std::string_view::npos) {
    if (auto bad = check_dns_subdomain(name.substr(0, slash))) return "the part before '/' " + *bad;
    name.remove_prefix(slash + 1);
  }
  if (name.size() > kLabelLength) return "the name " + too_long(kLabelLength, name.size());
  if (is_name_part(name)) return std::nullopt;
  return "must consist of letters, digits, '-', '_' and '.', and start and end with a letter or digit; a "
         "prefix "
         "and '/' may stand before it";
}

std::optional<std::string> check_label_value(std::string_view value) {
  if (value.empty()) return std::nullopt;
  if (value.size() > kLabelLength) return too_long(kLabelLength, value.size());
  if (is_name_part(value)) return std::nullopt;
  return "must be empty, or consist of letters, digits, '-', '_' and '.', and start and end with a letter or "
         "digit";
}

std::vector<schema::FieldError> validate_metadata(const json::object& metadata, NameRule rule) {
  Errors errors;
  const auto name = json::string_at(metadata, {"name"});
  const auto prefix = json::string_at(metadata, {"generateName"});
  if (name.empty() && prefix.empty()) {
    errors.push_back(schema::required("metadata.name", "name or generateName is required"));
  } else if (auto bad = name.empty() ? std::nullopt : check_name(name, rule)) {
    errors.push_back(schema::invalid("metadata.name", json::value(name), std::move(*bad)));
  }
  const auto ns = json::string_at(metadata, {"namespace"});
  if (auto bad = ns.empty() ? std::nullopt : check_dns_label(ns)) {
    errors.push_back(schema::invalid("metadata.namespace", json::value(ns), std::move(*bad)));
  }
  check_labels(metadata, errors);
  check_annotations(metadata, errors);
  return errors;
}

std::vector<schema::FieldError> validate_names(const DynamoGraphDeployment& graph) {
  Errors errors;
  const std::string& name = graph.metadata.name;
  if (name.empty()) return errors;
  if (auto bad = check_dns1035_label(name)) {
    errors.push_back(
        schema::invalid("metadata.name", json::value(name),
                        fmt::format("a graph's Services are named after it, so its name {}", *bad)));
    return errors;
  }
  for (const auto& [service, component] : graph.spec.services) check_service_name(name, service, errors);
  return errors;
}

}  // namespace dynamo::api
