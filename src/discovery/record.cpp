#include "discovery/record.h"

#include <cctype>
#include <fmt/format.h>

namespace dynamo::discovery {
namespace {

constexpr std::string_view kScheme = "dyn://";
constexpr std::string_view kInstances = "v1/instances/";
constexpr std::string_view kModels = "v1/mdc/";

bool is_safe_part(std::string_view part) {
  const bool plain = std::ranges::all_of(part, [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return (u < 0x80 && std::isalnum(u) != 0) || c == '-' || c == '_' || c == '.';
  });
  return plain && !part.empty() && part != "." && part != "..";
}

const EndpointName& name_of(const Record& record) {
  return std::visit([](const auto& r) -> const EndpointName& { return r.name; }, record);
}

InstanceId id_of(const Record& record) {
  return std::visit([](const auto& r) { return r.id; }, record);
}

json::object common_members(const Record& record, std::string_view type) {
  const auto& name = name_of(record);
  return {{"type", type},
          {"namespace", name.ns},
          {"component", name.component},
          {"endpoint", name.endpoint},
          {"instance_id", id_of(record).get()}};
}

Result<Record> instance_from_json(const json::value& v, EndpointName name, InstanceId id) {
  const auto address = json::string_at(v, {"transport", "http"});
  if (address.empty()) return fail(Errc::unsupported, "an instance record without an http transport");
  return Instance{std::move(name), id, std::string(address)};
}

Result<Record> model_from_json(const json::value& v, EndpointName name, InstanceId id) {
  const auto* card_json = json::find(v, {"card_json"});
  if (card_json == nullptr) return fail(Errc::invalid, "a model record needs a `card_json`");
  auto card = model_card_from_json(*card_json);
  if (!card) return std::unexpected(std::move(card.error()));
  return ModelRecord{std::move(name), id, std::move(*card),
                     std::string(json::string_at(v, {"model_suffix"}))};
}

void read_map(const json::value& document, std::string_view member, Snapshot& out) {
  const auto* map = json::find(document, {member});
  const auto* object = map == nullptr ? nullptr : map->if_object();
  if (object == nullptr) return;
  for (const auto& entry : *object) {
    auto record = record_from_json(entry.value());
    if (!record) continue;
    auto key = key_of(*record);
    out.insert_or_assign(std::move(key), std::move(*record));
  }
}

}  // namespace

std::string EndpointName::to_string() const {
  return fmt::format("{}{}.{}.{}", kScheme, ns, component, endpoint);
}

Result<EndpointName> EndpointName::parse(std::string_view text) {
  std::string_view rest = text.starts_with(kScheme) ? text.substr(kScheme.size()) : text;
  const auto last = rest.rfind('.');
  const auto middle =
      last == std::string_view::npos || last == 0 ? std::string_view::npos : rest.rfind('.', last - 1);
  if (middle == std::string_view::npos) {
    return fail(Errc::invalid,
                fmt::format("an endpoint is written dyn://namespace.component.endpoint, got \"{}\"", text));
  }
  EndpointName out{std::string(rest.substr(0, middle)),
                   std::string(rest.substr(middle + 1, last - middle - 1)),
                   std::string(rest.substr(last + 1))};
  if (!is_safe_part(out.ns) || !is_safe_part(out.component) || !is_safe_part(out.endpoint)) {
    return fail(Errc::invalid,
                fmt::format("parts of an endpoint have letters, digits, '-', '_' and '.', got \"{}\"", text));
  }
  return out;
}

std::string path_of(const Record& record) {
  const auto& name = name_of(record);
  std::string out = fmt::format("{}/{}/{}/{:x}", name.ns, name.component, name.endpoint, id_of(record).get());
  const auto* model = std::get_if<ModelRecord>(&record);
  if (model != nullptr && !model->suffix.empty()) out.append("/").append(model->suffix);
  return out;
}

std::string key_of(const Record& record) {
  return std::string(std::holds_alternative<Instance>(record) ? kInstances : kModels) + path_of(record);
}

Result<void> check_key(const Record& record) {
  const auto& name = name_of(record);
  const auto* model = std::get_if<ModelRecord>(&record);
  const bool suffix_ok = model == nullptr || model->suffix.empty() || is_safe_part(model->suffix);
  if (is_safe_part(name.ns) && is_safe_part(name.component) && is_safe_part(name.endpoint) && suffix_ok)
    return {};
  return fail(
      Errc::invalid,
      fmt::format("namespace, component and endpoint must have letters, digits, '-', '_' and '.', got \"{}\"",
                  path_of(record)));
}

json::object to_json(const Record& record) {
  if (const auto* instance = std::get_if<Instance>(&record)) {
    auto out = common_members(record, "Endpoint");
    out["transport"] = json::object{{"http", instance->address}};
    return out;
  }
  const auto& model = std::get<ModelRecord>(record);
  auto out = common_members(record, "Model");
  out["card_json"] = to_json(model.card);
  if (!model.suffix.empty()) out["model_suffix"] = model.suffix;
  return out;
}

Result<Record> record_from_json(const json::value& v) {
  const auto type = json::string_at(v, {"type"});
  EndpointName name{std::string(json::string_at(v, {"namespace"})),
                    std::string(json::string_at(v, {"component"})),
                    std::string(json::string_at(v, {"endpoint"}))};
  const auto id = json::int_at(v, {"instance_id"});
  if (type != "Endpoint" && type != "Model") {
    return fail(Errc::unsupported, fmt::format("a discovery record of type \"{}\"", type));
  }
  if (!id || *id < 0) return fail(Errc::invalid, "a discovery record needs an `instance_id`");
  const InstanceId instance_id(static_cast<std::uint64_t>(*id));
  auto record = type == "Endpoint" ? instance_from_json(v, std::move(name), instance_id)
                                   : model_from_json(v, std::move(name), instance_id);
  if (!record) return record;
  if (auto checked = check_key(*record); !checked) return std::unexpected(std::move(checked.error()));
  return record;
}

json::object to_metadata(const Snapshot& records) {
  json::object endpoints;
  json::object models;
  for (const auto& [key, record] : records) {
    auto& map = std::holds_alternative<Instance>(record) ? endpoints : models;
    map[path_of(record)] = to_json(record);
  }
  return {{"endpoints", std::move(endpoints)}, {"model_cards", std::move(models)}};
}

Snapshot snapshot_from_metadata(const json::value& v) {
  Snapshot out;
  read_map(v, "endpoints", out);
  read_map(v, "model_cards", out);
  return out;
}

}  // namespace dynamo::discovery
