#include "up/manifests.h"

#include "api/check.h"
#include "base/yaml.h"
#include "node/python.h"

namespace dynamo::up {
namespace {

constexpr const char* kFieldManager = "dynamo-cli";  // that of `dynamo apply`: both speak for the user

void append(std::string& findings, std::string finding) {
  if (!findings.empty()) findings += '\n';
  findings += finding;
}

/// Adds the document, or what it lists.
void add_objects(json::value value, std::vector<kube::Object>& out) {
  if (!value.is_object()) return;
  const json::value* items = json::find(value, {"items"});
  const bool is_list =
      json::string_at(value, {"kind"}).ends_with("List") && items != nullptr && items->is_array();
  if (!is_list) {
    out.push_back(std::move(value.get_object()));
    return;
  }
  for (const json::value& item : items->get_array()) add_objects(item, out);
}

std::vector<std::string> words_of(const json::object& container) {
  std::vector<std::string> out;
  for (const char* field : {"command", "args"}) {
    for (const json::value& word : kube::array_at(container, {field})) {
      if (word.is_string()) out.emplace_back(word.get_string());
    }
  }
  return out;
}

/// Calls `visit` for `value` and every object inside it.
template <class Visit>
void for_each_object(const json::value& value, Visit&& visit) {
  if (const json::object* object = value.if_object()) {
    visit(*object);
    for (const auto& [key, member] : *object) for_each_object(member, visit);
  } else if (const json::array* list = value.if_array()) {
    for (const json::value& item : *list) for_each_object(item, visit);
  }
}

}  // namespace

Result<std::vector<kube::Object>> read_manifests(std::span<const ManifestText> texts) {
  std::string findings;
  std::vector<kube::Object> out;
  for (const ManifestText& text : texts) {
    for (const api::Diagnostic& found : api::check_documents(text.text, text.name)) {
      if (found.severity == api::Severity::error) append(findings, found.to_string());
    }
    yaml::Stream stream = yaml::read(text.text);
    for (yaml::Document& document : stream.documents) add_objects(std::move(document.value), out);
  }
  if (!findings.empty()) return fail(Errc::invalid, std::move(findings));
  return out;
}

std::vector<std::string> missing_engines(std::span<const kube::Object> objects,
                                         const std::set<std::string, std::less<>>& installed) {
  std::vector<std::string> out;
  for (const kube::Object& object : objects) {
    for_each_object(json::value(object), [&](const json::object& part) {
      const auto module = node::dynamo_module_of(words_of(part));
      const auto engine = module ? node::engine_of_module(*module) : std::nullopt;
      if (!engine || *engine == "mock" || installed.contains(*engine)) return;
      out.push_back(
          fmt::format("{} {}: {}", json::string_at(object, {"kind"}), kube::name_of(object), *engine));
    });
  }
  return out;
}

std::string display_name(const kube::Resource& resource, std::string_view name) {
  std::string kind = resource.kind;
  std::ranges::transform(kind, kind.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
  return fmt::format("{}{}{}/{}", kind, resource.group.empty() ? "" : ".", resource.group, name);
}

net::Task<Result<Applied>> apply_manifest(ApplyTo target, kube::Object object) {
  const auto resource = kube::find_by_kind(target.served, json::string_at(object, {"apiVersion"}),
                                           json::string_at(object, {"kind"}));
  if (!resource) co_return std::unexpected(resource.error());
  if (resource->namespaced && kube::namespace_of(object).empty())
    kube::metadata(object)["namespace"] = target.ns;
  const kube::NamespacedName key = kube::key_of(object);
  std::string name = display_name(*resource, key.name);
  const auto before = co_await target.client.get(*resource, key);
  if (!before && before.error().code != Errc::not_found) co_return context(name, before.error());
  kube::ApplyOptions options{
      .field_manager = kFieldManager, .force = target.force, .field_validation = "Strict"};
  const auto after = co_await target.client.apply(*resource, std::move(object), std::move(options));
  if (!after) co_return context(name, after.error());
  if (!before) co_return Applied{std::move(name), "created"};
  const bool same = kube::resource_version_of(*before) == kube::resource_version_of(*after);
  co_return Applied{std::move(name), same ? "unchanged" : "configured"};
}

}  // namespace dynamo::up
