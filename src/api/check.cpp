#include "api/check.h"

#include <algorithm>
#include <set>

#include "api/builtin.h"
#include "api/codec.h"
#include "api/fields.h"
#include "api/kinds.h"
#include "api/scaling_adapter.h"
#include "api/validate.h"

namespace dynamo::api {
namespace {

using schema::FieldError;
using schema::Schema;

/// The strict schemas of our kinds, by kind, built once.
const Schema& strict_schema(const KindInfo& kind) {
  static const std::map<std::string_view, Schema> kSchemas = [] {
    std::map<std::string_view, Schema> out;
    for (const auto& known : kinds()) out.emplace(known.kind, object_schema(known, Detail::strict));
    return out;
  }();
  return kSchemas.at(kind.kind);
}

/// Splits "apps/v1" into group and version; the core group is "".
std::pair<std::string_view, std::string_view> split_api_version(std::string_view api_version) {
  const auto slash = api_version.find('/');
  if (slash == std::string_view::npos) return {"", api_version};
  return {api_version.substr(0, slash), api_version.substr(slash + 1)};
}

FieldError unknown_kind(std::string_view api_version, std::string_view kind) {
  std::vector<std::string> known;
  for (const auto& [group, version, name, definition] : builtin_kinds()) {
    if (name == kind)
      known.push_back(group.empty() ? std::string(version) : fmt::format("{}/{}", group, version));
  }
  if (std::ranges::find(kinds(), kind, &KindInfo::kind) != kinds().end()) known.emplace_back(kApiVersion);
  if (!known.empty()) return schema::not_supported("apiVersion", json::value(api_version), known);
  std::vector<std::string_view> ours;
  for (const auto& info : kinds()) ours.push_back(info.kind);
  return schema::invalid("kind", json::value(kind),
                         fmt::format("unknown kind in {}; the kinds of {} are {}", api_version, kApiVersion,
                                     fmt::join(ours, ", ")));
}

const Schema* find_schema(std::string_view api_version, std::string_view kind) {
  if (const KindInfo* ours = find_kind(api_version, kind)) return &strict_schema(*ours);
  const auto [group, version] = split_api_version(api_version);
  return builtin_schema(group, version, kind);
}

void append(ObjectFindings& all, Findings more) {
  std::ranges::move(more.errors, std::back_inserter(all.errors));
  std::ranges::move(more.warnings, std::back_inserter(all.warnings));
}

/// How an API server checks the names of a kind.
NameRule name_rule(std::string_view api_version, std::string_view kind) {
  if (api_version.starts_with("rbac.authorization.k8s.io/")) return NameRule::path_segment;
  if (kind == "Service" && api_version == "v1") return NameRule::dns1035_label;
  if (kind == "Namespace" && api_version == "v1") return NameRule::dns_label;
  return NameRule::dns_subdomain;
}

/// The rules of our kinds; they need a value that fits its type, so they wait until the types are right.
void check_rules(const json::value& object, std::string_view kind, ObjectFindings& found) {
  if (kind == DynamoGraphDeployment::kKind) {
    const auto graph = from_json<DynamoGraphDeployment>(object);
    if (!graph) return;
    append(found, validate_graph_deployment(*graph));
    std::ranges::move(validate_names(*graph), std::back_inserter(found.errors));
    for (const auto& [name, component] : graph->spec.services) {
      std::ranges::move(validate_quantities(component, fmt::format("spec.services[{}]", name)),
                        std::back_inserter(found.errors));
    }
  } else if (kind == DynamoComponentDeployment::kKind) {
    const auto component = from_json<DynamoComponentDeployment>(object);
    if (!component) return;
    append(found, validate_component_deployment(*component));
    std::ranges::move(validate_quantities(component->spec, "spec"), std::back_inserter(found.errors));
  }
}

/// One message per path: what the schema says of a field makes the rule about the same field superfluous.
void keep_first_per_path(std::vector<FieldError>& errors) {
  std::set<std::string> seen;
  std::erase_if(errors, [&](const FieldError& error) {
    std::string path = error.path;
    std::ranges::replace(path, '[', '.');
    std::erase(path, ']');
    return !seen.insert(std::move(path)).second;
  });
}

/// Turns findings into diagnostics of one document.
class DocumentReport {
 public:
  DocumentReport(const yaml::Document& document, std::string_view file, std::vector<Diagnostic>& out)
      : document_(document), file_(file), out_(out) {}

  void report() {
    for (const auto& again : document_.duplicates) {
      add(again.at, Severity::error,
          fmt::format("duplicate key {} (first at {}:{})", again.path, again.first.line, again.first.column));
    }
    const auto* items = json::find(document_.value, {"items"});
    const bool list =
        json::string_at(document_.value, {"kind"}) == "List" && items != nullptr && items->is_array();
    if (!list) return object(document_.value, "");
    for (std::size_t i = 0; i < items->get_array().size(); ++i) {
      object(items->get_array()[i], fmt::format("items[{}]", i));
    }
  }

 private:
  void object(const json::value& value, const std::string& at) {
    const auto found = check_object(value);
    for (const auto& path : found.unknown_fields) {
      add(place(at, path), Severity::error, fmt::format("unknown field \"{}\"", prefixed(at, path)));
    }
    for (const auto& error : found.errors) {
      add(place(at, error.path), Severity::error, prefixed(at, error.to_string()));
    }
    for (const auto& warning : found.warnings) {
      add(place(at, warning.substr(0, warning.find(' '))), Severity::warning, prefixed(at, warning));
    }
  }

  static std::string prefixed(const std::string& at, std::string text) {
    return at.empty() ? std::move(text) : fmt::format("{}.{}", at, text);
  }
  yaml::Position place(const std::string& at, std::string_view path) const {
    const std::string within = document_path(path);
    return document_.positions.nearest(at.empty() ? within : fmt::format("{}.{}", at, within));
  }
  void add(yaml::Position at, Severity severity, std::string message) {
    out_.push_back({std::string(file_), at, severity, std::move(message)});
  }

  const yaml::Document& document_;
  std::string_view file_;
  std::vector<Diagnostic>& out_;
};

}  // namespace

std::string document_path(std::string_view path) {
  std::string out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const auto close = path[i] == '[' ? path.find(']', i) : std::string_view::npos;
    const auto inside =
        close == std::string_view::npos ? std::string_view{} : path.substr(i + 1, close - i - 1);
    if (inside.empty() || inside.find_first_not_of("0123456789") == std::string_view::npos) {
      out += path[i];
    } else {
      out.append(".").append(inside);
      i = close;
    }
  }
  return out;
}

ObjectFindings check_object(const json::value& object) {
  ObjectFindings found;
  const auto api_version = json::string_at(object, {"apiVersion"});
  const auto kind = json::string_at(object, {"kind"});
  if (api_version.empty()) found.errors.push_back(schema::required("apiVersion"));
  if (kind.empty()) found.errors.push_back(schema::required("kind"));
  if (!found.errors.empty()) return found;
  const Schema* schema = find_schema(api_version, kind);
  if (schema == nullptr) {
    found.errors.push_back(unknown_kind(api_version, kind));
    return found;
  }
  found.unknown_fields = schema::unknown_fields(*schema, object);
  json::value defaulted = object;
  schema::apply_defaults(*schema, defaulted);
  std::ranges::move(schema::validate(*schema, defaulted), std::back_inserter(found.errors));
  const auto* metadata = json::find(defaulted, {"metadata"});
  const json::object none;
  const bool has_metadata = metadata != nullptr && metadata->is_object();
  std::ranges::move(
      validate_metadata(has_metadata ? metadata->get_object() : none, name_rule(api_version, kind)),
      std::back_inserter(found.errors));
  if (find_kind(api_version, kind) != nullptr) check_rules(defaulted, kind, found);
  keep_first_per_path(found.errors);
  return found;
}

std::string Diagnostic::to_string() const {
  return fmt::format("{}:{}:{}: {}{}", file, at.line, at.column,
                     severity == Severity::warning ? "warning: " : "", message);
}

std::vector<Diagnostic> check_documents(std::string_view text, std::string_view file) {
  const auto stream = yaml::read(text);
  std::vector<Diagnostic> out;
  for (const auto& error : stream.errors)
    out.push_back({std::string(file), error.at, Severity::error, error.message});
  for (const auto& document : stream.documents) DocumentReport(document, file, out).report();
  std::ranges::sort(out, [](const auto& a, const auto& b) { return a.at < b.at; });
  if (stream.documents.empty() && stream.errors.empty()) {
    out.push_back({std::string(file), {}, Severity::error, "there is no document in this file"});
  }
  return out;
}

}  // namespace dynamo::api
