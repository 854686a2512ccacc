#include "node/variables.h"

#include "base/quantity.h"
#include "node/expand.h"

namespace dynamo::node {
namespace {

std::string joined(const json::object& map) {
  std::string out;
  for (const auto& [key, value] : map) {
    if (!value.is_string()) continue;
    out += fmt::format("{}{}={}", out.empty() ? "" : "\n", std::string_view(key), json::dump(value));
  }
  return out;
}

/// "labels['app']" → app, when `path` starts with `map`.
std::optional<std::string_view> subscript(std::string_view path, std::string_view map) {
  if (!path.starts_with(map)) return std::nullopt;
  path.remove_prefix(map.size());
  if (!path.starts_with("['") || !path.ends_with("']") || path.size() < 5) return std::nullopt;
  return path.substr(2, path.size() - 4);
}

Result<std::string> value_at(const std::map<std::string, std::string>& values, const std::string& key,
                             std::string_view kind, std::string_view name) {
  const auto at = values.find(key);
  if (at != values.end()) return at->second;
  return fail(Errc::not_found, fmt::format("key {} is not in {} {}", key, kind, name));
}

using Values = Result<std::map<std::string, std::string>>;

Values values_of(const Sources& sources, std::string_view kind, std::string_view name) {
  const bool secret = kind == "Secret";
  const auto& objects = secret ? sources.secrets : sources.config_maps;
  const auto at = objects.find(name);
  if (at == objects.end()) return fail(Errc::not_found, fmt::format("{} {} does not exist", kind, name));
  auto values = secret ? secret_values(at->second) : config_map_values(at->second);
  if (!values) return context(fmt::format("{} {}", kind, name), std::move(values.error()));
  return values;
}

/// Empty when an optional object or key is not there.
Result<std::optional<std::string>> keyed_value(const json::value& reference, std::string_view kind,
                                               const Sources& sources) {
  const bool optional = json::bool_at(reference, {"optional"});
  const std::string_view name = json::string_at(reference, {"name"});
  const std::string key(json::string_at(reference, {"key"}));
  auto values = values_of(sources, kind, name);
  if (!values && optional && values.error().code == Errc::not_found) return std::nullopt;
  if (!values) return std::unexpected(std::move(values.error()));
  auto value = value_at(*values, key, kind, name);
  if (!value && optional) return std::nullopt;
  if (!value) return std::unexpected(std::move(value.error()));
  return std::move(*value);
}

/// Builds one container's variables.
class Builder {
 public:
  Builder(const kube::Object& pod, const json::object& container, const PodFacts& facts,
          const Sources& sources, Environment base)
      : pod_(pod), container_(container), facts_(facts), sources_(sources), out_(std::move(base)) {}

  Result<Environment> build() {
    for (const json::value& entry : kube::array_at(container_, {"envFrom"})) {
      if (auto done = add_all(entry); !done) return std::unexpected(std::move(done.error()));
    }
    for (const json::value& entry : kube::array_at(container_, {"env"})) {
      if (auto done = add(entry); !done) {
        return context(fmt::format("variable {}", json::string_at(entry, {"name"})), std::move(done.error()));
      }
    }
    return std::move(out_);
  }

 private:
  Result<void> add_all(const json::value& entry) {
    const bool secret = json::find(entry, {"secretRef"}) != nullptr;
    const char* reference = secret ? "secretRef" : "configMapRef";
    const char* kind = secret ? "Secret" : "ConfigMap";
    auto values = values_of(sources_, kind, json::string_at(entry, {reference, "name"}));
    if (!values) {
      const bool optional = json::bool_at(entry, {reference, "optional"});
      if (optional && values.error().code == Errc::not_found) return {};
      return std::unexpected(std::move(values.error()));
    }
    const std::string prefix(json::string_at(entry, {"prefix"}));
    for (auto& [key, value] : *values) out_.set(prefix + key, std::move(value));
    return {};
  }

  Result<void> add(const json::value& entry) {
    const std::string name(json::string_at(entry, {"name"}));
    auto value = value_of(entry);
    if (!value) return std::unexpected(std::move(value.error()));
    if (*value) out_.set(name, std::move(**value));
    return {};
  }

  Result<std::optional<std::string>> value_of(const json::value& entry) const {
    const auto lookup = [this](std::string_view name) -> std::optional<std::string_view> {
      const auto& variables = out_.variables();
      const auto at = variables.find(name);
      if (at == variables.end()) return std::nullopt;
      return at->second;
    };
    const json::value* from = json::find(entry, {"valueFrom"});
    if (from == nullptr || !from->is_object()) return expand(json::string_at(entry, {"value"}), lookup);
    if (const json::value* field = json::find(*from, {"fieldRef"})) {
      return pod_field(pod_, facts_, json::string_at(*field, {"fieldPath"}));
    }
    if (const json::value* resource = json::find(*from, {"resourceFieldRef"}))
      return resource_value(*resource);
    if (const json::value* key = json::find(*from, {"configMapKeyRef"}))
      return keyed_value(*key, "ConfigMap", sources_);
    if (const json::value* key = json::find(*from, {"secretKeyRef"}))
      return keyed_value(*key, "Secret", sources_);
    return fail(Errc::unsupported,
                "valueFrom must be fieldRef, resourceFieldRef, configMapKeyRef or secretKeyRef");
  }

  Result<std::optional<std::string>> resource_value(const json::value& reference) const {
    auto value = resource_field(container_, facts_, json::string_at(reference, {"resource"}),
                                json::string_at(reference, {"divisor"}));
    if (!value) return std::unexpected(std::move(value.error()));
    return std::move(*value);
  }

  const kube::Object& pod_;
  const json::object& container_;
  const PodFacts& facts_;
  const Sources& sources_;
  Environment out_;
};

std::int64_t divided_up(std::int64_t amount, std::int64_t by) { return (amount + by - 1) / by; }

/// In JSON, quantities are texts, and sometimes numbers.
std::string quantity_text(const json::value* value) {
  if (value == nullptr) return {};
  return value->is_string() ? std::string(value->get_string()) : json::dump(*value);
}

}  // namespace

Result<std::string> pod_field(const kube::Object& pod, const PodFacts& facts, std::string_view path) {
  if (path == "metadata.name") return std::string(kube::name_of(pod));
  if (path == "metadata.namespace") return std::string(kube::namespace_of(pod));
  if (path == "metadata.uid") return std::string(kube::uid_of(pod));
  if (path == "metadata.labels") return joined(kube::labels_of(pod));
  if (path == "metadata.annotations") return joined(kube::annotations_of(pod));
  if (path == "spec.nodeName") return facts.node_name;
  if (path == "spec.serviceAccountName") {
    return std::string(json::string_at(pod, {"spec", "serviceAccountName"}, "default"));
  }
  if (path == "status.podIP" || path == "status.podIPs") return facts.pod_ip;
  if (path == "status.hostIP" || path == "status.hostIPs") return facts.host_ip;
  if (const auto key = subscript(path, "metadata.labels")) return std::string(kube::label(pod, *key));
  if (const auto key = subscript(path, "metadata.annotations"))
    return std::string(kube::annotation(pod, *key));
  return fail(Errc::unsupported, fmt::format("the field {} of a pod is not available", path));
}

Result<std::string> resource_field(const json::object& container, const PodFacts& facts,
                                   std::string_view resource, std::string_view divisor) {
  const auto dot = resource.find('.');
  const std::string_view list = resource.substr(0, dot);
  const std::string_view name = dot == std::string_view::npos ? std::string_view{} : resource.substr(dot + 1);
  if ((list != "limits" && list != "requests") || name.empty()) {
    return fail(Errc::unsupported, fmt::format("resource {} must be limits.NAME or requests.NAME", resource));
  }
  std::string text = quantity_text(json::find(container, {"resources", list, name}));
  if (text.empty() && list == "limits") text = quantity_text(json::find(facts.allocatable, {name}));
  const auto amount = Quantity::parse(text.empty() ? "0" : text);
  if (!amount) return context(resource, amount.error());
  const bool unset = divisor.empty() || divisor == "0";
  const auto by = Quantity::parse(unset ? "1" : divisor);
  if (!by) return context("divisor", by.error());
  if (by->units() >= 1 && by->milli_units() % 1000 == 0) {
    return std::to_string(divided_up(amount->units(), by->units()));
  }
  if (by->milli_units() <= 0)
    return fail(Errc::invalid, fmt::format("divisor {} must be at least 1m", divisor));
  return std::to_string(divided_up(amount->milli_units(), by->milli_units()));
}

Result<Environment> container_environment(const kube::Object& pod, const json::object& container,
                                          const PodFacts& facts, const Sources& sources, Environment base) {
  return Builder(pod, container, facts, sources, std::move(base)).build();
}

}  // namespace dynamo::node
