#include "schema/managed_fields.h"

#include <algorithm>
#include <tuple>

namespace dynamo::schema {
namespace {

constexpr std::size_t kMaxUpdaters = 10;
constexpr std::string_view kAncient = "ancient-changes";

std::string_view to_string(ManagerOperation operation) {
  return operation == ManagerOperation::apply ? "Apply" : "Update";
}

Result<FieldManager> parse_manager(const json::value& entry, std::size_t index) {
  FieldManager manager{.name = std::string(json::string_at(entry, {"manager"})),
                       .api_version = std::string(json::string_at(entry, {"apiVersion"})),
                       .subresource = std::string(json::string_at(entry, {"subresource"})),
                       .time = std::string(json::string_at(entry, {"time"}))};
  const auto operation = json::string_at(entry, {"operation"});
  if (operation != "Apply" && operation != "Update") {
    return fail(Errc::invalid, "operation must be `Apply` or `Update`");
  }
  if (operation == "Apply") manager.operation = ManagerOperation::apply;
  if (manager.api_version.empty()) return fail(Errc::invalid, "apiVersion must not be empty");
  const auto type = json::string_at(entry, {"fieldsType"});
  if (type.empty())
    return fail(Errc::invalid, fmt::format("missing fieldsType in managed fields entry {}", index));
  if (type != "FieldsV1") {
    return fail(Errc::invalid,
                fmt::format("invalid fieldsType \"{}\" in managed fields entry {}", type, index));
  }
  if (const json::value* fields = json::find(entry, {"fieldsV1"})) {
    auto set = FieldSet::from_fields_v1(*fields);
    if (!set) return context(fmt::format("managed fields entry {}", index), set.error());
    manager.fields = std::move(*set);
  }
  return manager;
}

json::object manager_json(const FieldManager& manager) {
  json::object out;
  if (!manager.name.empty()) out["manager"] = manager.name;
  out["operation"] = to_string(manager.operation);
  out["apiVersion"] = manager.api_version;
  if (!manager.time.empty()) out["time"] = manager.time;
  out["fieldsType"] = "FieldsV1";
  out["fieldsV1"] = manager.fields.to_fields_v1();
  if (!manager.subresource.empty()) out["subresource"] = manager.subresource;
  return out;
}

bool comes_before(const FieldManager& a, const FieldManager& b) {
  return std::tie(a.operation, a.time, a.name, a.api_version, a.subresource) <
         std::tie(b.operation, b.time, b.name, b.api_version, b.subresource);
}

}  // namespace

bool FieldManager::same_writer(const FieldManager& other) const {
  return name == other.name && operation == other.operation && subresource == other.subresource &&
         (operation == ManagerOperation::apply || api_version == other.api_version);
}

Result<FieldManagers> parse_managers(const json::value& managed_fields) {
  FieldManagers managers;
  if (managed_fields.is_null()) return managers;
  const json::array* entries = managed_fields.if_array();
  if (entries == nullptr) return fail(Errc::invalid, "managedFields must be a list");
  for (std::size_t i = 0; i < entries->size(); ++i) {
    auto manager = parse_manager((*entries)[i], i);
    if (!manager) return std::unexpected(manager.error());
    managers.push_back(std::move(*manager));
  }
  return managers;
}

json::array to_json(const FieldManagers& managers) {
  FieldManagers sorted = managers;
  std::sort(sorted.begin(), sorted.end(), comes_before);
  json::array out;
  for (const auto& manager : sorted) {
    if (!manager.fields.empty()) out.push_back(manager_json(manager));
  }
  return out;
}

void cap_managers(FieldManagers& managers) {
  const auto is_updater = [](const FieldManager& m) { return m.operation == ManagerOperation::update; };
  auto updaters = static_cast<std::size_t>(std::count_if(managers.begin(), managers.end(), is_updater));
  if (updaters <= kMaxUpdaters) return;
  std::sort(managers.begin(), managers.end(), comes_before);
  const auto first = std::find_if(managers.begin(), managers.end(), is_updater);
  FieldManager ancient{.name = std::string(kAncient), .api_version = first->api_version};
  auto end = first;
  for (; updaters >= kMaxUpdaters; ++end, --updaters) {
    ancient.fields = unite(std::move(ancient.fields), end->fields);
    ancient.time = std::max(ancient.time, end->time);
  }
  managers.erase(first, end);
  managers.push_back(std::move(ancient));
}

std::string describe(const FieldManager& manager) {
  std::string out = json::dump(json::value(manager.name));
  if (!manager.subresource.empty())
    out += fmt::format(" with subresource {}", json::dump(json::value(manager.subresource)));
  if (manager.operation == ManagerOperation::update) out += fmt::format(" using {}", manager.api_version);
  return out;
}

}  // namespace dynamo::schema
