#include "kube/api_resources.h"

#include <algorithm>

namespace dynamo::kube {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

std::vector<std::string> texts_at(const json::value& v, std::string_view key) {
  std::vector<std::string> out;
  const json::value* found = json::find(v, {key});
  if (found == nullptr || !found->is_array()) return out;
  for (const json::value& item : found->get_array()) {
    if (item.is_string()) out.emplace_back(view(item.get_string()));
  }
  return out;
}

struct GroupVersion {
  std::string group;
  std::string version;
};

GroupVersion split(std::string_view api_version) {
  const auto slash = api_version.find('/');
  if (slash == std::string_view::npos) return {"", std::string(api_version)};
  return {std::string(api_version.substr(0, slash)), std::string(api_version.substr(slash + 1))};
}

bool answers_to(const ApiResource& served, std::string_view name) {
  const auto& resource = served.resource;
  if (name == resource.plural || name == served.singular || name == lower(resource.kind)) return true;
  return std::ranges::find(served.short_names, name) != served.short_names.end();
}

net::Task<Result<json::value>> read(Client& client, std::string path) {
  ApiRequest request;
  request.path = std::move(path);
  request.what = "discovering the kinds of the server";
  auto answer = co_await client.send(std::move(request));
  co_return answer;
}

}  // namespace

std::vector<ApiResource> parse_api_resources(const json::value& list) {
  const GroupVersion of = split(json::string_at(list, {"groupVersion"}));
  std::vector<ApiResource> out;
  const json::value* resources = json::find(list, {"resources"});
  if (resources == nullptr || !resources->is_array()) return out;
  for (const json::value& entry : resources->get_array()) {
    const auto plural = json::string_at(entry, {"name"});
    if (plural.empty() || plural.find('/') != std::string_view::npos) continue;
    ApiResource served;
    served.resource = {of.group, of.version, std::string(plural),
                       std::string(json::string_at(entry, {"kind"})), json::bool_at(entry, {"namespaced"})};
    served.singular = json::string_at(entry, {"singularName"});
    served.short_names = texts_at(entry, "shortNames");
    served.categories = texts_at(entry, "categories");
    served.verbs = texts_at(entry, "verbs");
    out.push_back(std::move(served));
  }
  return out;
}

net::Task<Result<std::vector<ApiResource>>> discover(Client& client) {
  auto core = co_await read(client, "/api/v1");
  if (!core) co_return std::unexpected(std::move(core.error()));
  std::vector<ApiResource> out = parse_api_resources(*core);
  auto groups = co_await read(client, "/apis");
  if (!groups) co_return std::unexpected(std::move(groups.error()));
  const json::value* list = json::find(*groups, {"groups"});
  if (list == nullptr || !list->is_array()) co_return out;
  for (const json::value& group : list->get_array()) {
    const auto preferred = json::string_at(group, {"preferredVersion", "groupVersion"});
    auto found = co_await read(client, fmt::format("/apis/{}", preferred));
    if (!found) co_return std::unexpected(std::move(found.error()));
    std::ranges::move(parse_api_resources(*found), std::back_inserter(out));
  }
  co_return out;
}

Result<Resource> find_by_name(std::span<const ApiResource> served, std::string_view name) {
  const std::string wanted = lower(name);
  const auto dot = wanted.find('.');
  const std::string plain = wanted.substr(0, dot);
  for (const ApiResource& candidate : served) {
    const bool group_fits = dot == std::string::npos || wanted.substr(dot + 1) == candidate.resource.group;
    if (group_fits && answers_to(candidate, plain)) return candidate.resource;
  }
  return fail(Errc::not_found,
              fmt::format("the server has no kind \"{}\"; `kubectl api-resources` lists those it has", name));
}

Result<Resource> find_by_kind(std::span<const ApiResource> served, std::string_view api_version,
                              std::string_view kind) {
  for (const ApiResource& candidate : served) {
    if (candidate.resource.kind == kind && candidate.resource.api_version() == api_version)
      return candidate.resource;
  }
  return fail(Errc::not_found, fmt::format("the server has no kind \"{}\" in {}", kind, api_version));
}

}  // namespace dynamo::kube
