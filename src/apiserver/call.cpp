#include "apiserver/call.h"

#include <algorithm>

#include "api/protobuf.h"
#include "apiserver/api_error.h"
#include "base/yaml.h"

namespace dynamo::apiserver {
namespace {

constexpr std::size_t kMaxManager = 128;

/// "kubectl" of "kubectl/v1.32.0 (linux/amd64)": who writes when the request does not say.
std::string manager_of(const net::HttpRequest& http) {
  const auto named = http.query.get("fieldManager");
  if (!named.empty()) return std::string(named);
  const auto agent = http.headers.get("User-Agent");
  return std::string(agent.substr(0, std::min(agent.find('/'), kMaxManager)));
}

Result<FieldValidation> field_validation_of(const net::Query& query) {
  const auto text = query.get("fieldValidation");
  if (text.empty() || text == "Warn") return FieldValidation::warn;
  if (text == "Ignore") return FieldValidation::ignore;
  if (text == "Strict") return FieldValidation::strict;
  return std::unexpected(
      bad_request(fmt::format("fieldValidation must be Ignore, Warn or Strict, not \"{}\"", text)));
}

bool may_select(const Kind& kind, std::string_view path) {
  return path == "metadata.name" || path == "metadata.namespace" ||
         std::find(kind.field_labels.begin(), kind.field_labels.end(), path) != kind.field_labels.end();
}

/// The name that a field selector demands, which makes a list of one a look-up.
std::string name_demanded(const kube::FieldSelector& fields) {
  for (const auto& term : fields.terms()) {
    if (term.path == "metadata.name" && term.equal) return term.value;
  }
  return {};
}

bool is_json(std::string_view type) {
  return type.empty() || type.starts_with("application/json") || type.find("+json") != type.npos ||
         type.starts_with("*/*");
}

Result<json::value> read_protobuf(std::string_view body) {
  auto object = api::decode_protobuf(body);
  if (object) return json::value(std::move(*object));
  if (object.error().code == Errc::not_found)
    return std::unexpected(unsupported_media_type("application/json"));
  return std::unexpected(bad_request("the object provided is unrecognized: " + object.error().message));
}

}  // namespace

bool User::is_admin() const {
  return std::find(groups.begin(), groups.end(), "system:masters") != groups.end();
}

bool Selection::matches(const Object& object) const {
  if (!ns.empty() && kube::namespace_of(object) != ns) return false;
  if (!name.empty() && kube::name_of(object) != name) return false;
  return labels.matches(kube::labels_of(object)) && fields.matches(object);
}

Result<Selection> selection_of(const Call& call) {
  Selection out{.ns = call.path.ns, .name = call.path.name};
  auto labels = kube::LabelSelector::parse(call.http.query.get("labelSelector"));
  if (!labels) return std::unexpected(bad_request("unable to parse requirement: " + labels.error().message));
  auto fields = kube::FieldSelector::parse(call.http.query.get("fieldSelector"));
  if (!fields) return std::unexpected(bad_request(fields.error().message));
  for (const auto& term : fields->terms()) {
    if (!may_select(*call.kind, term.path))
      return std::unexpected(bad_request(fmt::format("field label not supported: {}", term.path)));
  }
  out.labels = std::move(*labels);
  out.fields = std::move(*fields);
  if (out.name.empty()) out.name = name_demanded(out.fields);
  return out;
}

Result<bool> is_dry_run(const net::Query& query) {
  if (!query.has("dryRun")) return false;
  for (const auto value : query.all("dryRun")) {
    if (value != "All")
      return std::unexpected(bad_request(fmt::format("dryRun must be All, not \"{}\"", value)));
  }
  return true;
}

Result<WriteContext> write_context(const Call& call, WallTime now) {
  const auto validation = field_validation_of(call.http.query);
  if (!validation) return std::unexpected(validation.error());
  return WriteContext{.kind = *call.kind,
                      .ns = call.path.ns,
                      .name = call.path.name,
                      .subresource = call.path.subresource,
                      .manager = manager_of(call.http),
                      .field_validation = *validation,
                      .now = now};
}

Result<json::value> read_body(const Call& call, BodyFormat format) {
  const auto type = call.http.headers.get("Content-Type");
  if (type.starts_with(api::kProtobufType)) return read_protobuf(call.http.body);
  const bool yaml = type.starts_with("application/yaml") || type.find("+yaml") != type.npos;
  if (!is_json(type) && !(yaml && format == BodyFormat::yaml_too)) {
    return std::unexpected(unsupported_media_type("application/json"));
  }
  if (call.http.body.empty()) return json::value();
  auto parsed = yaml ? yaml::parse(call.http.body) : json::parse(call.http.body);
  if (!parsed)
    return std::unexpected(bad_request("the object provided is unrecognized: " + parsed.error().message));
  return parsed;
}

Result<Object> read_object(const Call& call) {
  auto body = read_body(call, BodyFormat::yaml_too);
  if (!body) return std::unexpected(body.error());
  if (!body->is_object()) return std::unexpected(bad_request("the body must be an object"));
  return std::move(body->get_object());
}

Object success_status(const kube::Resource& resource, std::string_view name, std::string_view uid) {
  Object details{{"name", name}};
  if (!resource.group.empty()) details["group"] = resource.group;
  details["kind"] = resource.plural;
  if (!uid.empty()) details["uid"] = uid;
  return Object{{"kind", "Status"},
                {"apiVersion", "v1"},
                {"metadata", Object{}},
                {"status", "Success"},
                {"details", std::move(details)}};
}

}  // namespace dynamo::apiserver
