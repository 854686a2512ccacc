#include "graph/resources.h"

#include <fmt/format.h>
#include <map>
#include <string>

#include "api/constants.h"
#include "base/quantity.h"
#include "graph/overlay.h"

namespace dynamo::graph {
namespace {

enum class Side { requests, limits };

struct Amount {
  std::string field;     // as the user wrote it: "gpu", "custom[rdma/ib]"
  std::string resource;  // as Kubernetes calls it
  std::string quantity;
};

std::vector<Amount> amounts_of(const api::ResourceItem& item, Side side) {
  std::vector<Amount> amounts;
  if (!item.cpu.empty()) amounts.push_back({"cpu", "cpu", item.cpu});
  if (!item.memory.empty()) amounts.push_back({"memory", "memory", item.memory});
  if (!item.gpu.empty() && side == Side::limits) {
    amounts.push_back(
        {"gpu", item.gpu_type.empty() ? std::string(api::kGpuResource) : item.gpu_type, item.gpu});
  }
  for (const auto& [name, quantity] : item.custom)
    amounts.push_back({fmt::format("custom[{}]", name), name, quantity});
  return amounts;
}

Result<void> merge_side(json::object& into, const api::ResourceItem& item, Side side) {
  const std::string_view key = side == Side::limits ? "limits" : "requests";
  for (const Amount& amount : amounts_of(item, side)) {
    if (const auto parsed = Quantity::parse(amount.quantity); !parsed) {
      return context(fmt::format("resources.{}.{}", key, amount.field), parsed.error());
    }
    json::ensure_object(into, key)[amount.resource] = amount.quantity;
  }
  return {};
}

}  // namespace

Result<void> merge_resources(json::object& container, const api::Resources& resources) {
  json::object merged;
  if (const json::value* own = container.if_contains("resources"); own && own->is_object())
    merged = own->get_object();
  for (const auto& [item, side] :
       {std::pair{&resources.requests, Side::requests}, {&resources.limits, Side::limits}}) {
    if (!*item) continue;
    if (auto done = merge_side(merged, **item, side); !done) return done;
  }
  for (const json::value& claim : resources.claims) ensure_array(merged, "claims").push_back(claim);
  if (!merged.empty()) container["resources"] = std::move(merged);
  return {};
}

}  // namespace dynamo::graph
