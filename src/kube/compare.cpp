#include "kube/compare.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <openssl/evp.h>

#include "base/quantity.h"

namespace dynamo::kube {
namespace {

/// Lists merged by key: the field's name and the keys of its entries, in order of preference.
struct MergedList {
  std::string_view field;
  std::array<std::string_view, 2> keys;
};
constexpr auto kMergedLists = std::to_array<MergedList>({
    {"containers", {"name"}},
    {"initContainers", {"name"}},
    {"ephemeralContainers", {"name"}},
    {"env", {"name"}},
    {"volumes", {"name"}},
    {"volumeMounts", {"mountPath"}},
    {"volumeDevices", {"devicePath"}},
    {"imagePullSecrets", {"name"}},
    {"secrets", {"name"}},
    {"claims", {"name"}},
    {"resourceClaims", {"name"}},
    {"hostAliases", {"ip"}},
    {"topologySpreadConstraints", {"topologyKey", "whenUnsatisfiable"}},
    {"ports", {"containerPort", "port"}},
    {"conditions", {"type"}},
    {"ownerReferences", {"uid"}},
    {"finalizers", {}},
});

/// Objects whose values are quantities, and single fields that are one.
constexpr auto kQuantityMaps =
    std::to_array<std::string_view>({"limits", "requests", "hard", "capacity", "allocatable"});
constexpr auto kQuantityFields = std::to_array<std::string_view>({"sizeLimit", "averageValue", "divisor"});

const MergedList* merged_list(std::string_view field) {
  const auto found = std::ranges::find(kMergedLists, field, &MergedList::field);
  return found == kMergedLists.end() ? nullptr : &*found;
}

bool is_empty(const json::value& v) {
  switch (v.kind()) {
    case boost::json::kind::null:
      return true;
    case boost::json::kind::object:
      return v.get_object().empty();
    case boost::json::kind::array:
      return v.get_array().empty();
    case boost::json::kind::string:
      return v.get_string().empty();
    case boost::json::kind::bool_:
      return !v.get_bool();
    case boost::json::kind::int64:
      return v.get_int64() == 0;
    case boost::json::kind::uint64:
      return v.get_uint64() == 0;
    case boost::json::kind::double_:
      return v.get_double() == 0;
  }
  return false;
}

std::string scalar_text(const json::value& v) {
  return v.is_string() ? std::string(json::string_at(v, {})) : json::dump(v);
}

bool equal_quantities(const json::value& a, const json::value& b) {
  const auto left = Quantity::parse(scalar_text(a));
  const auto right = Quantity::parse(scalar_text(b));
  return left && right && *left == *right;
}

/// Walks both documents; stops at the first difference.
class Comparison {
 public:
  using Difference = std::optional<std::string>;

  Difference objects(const Object& seen, const Object& wanted, const std::string& path,
                     bool quantities) const {
    for (const auto& member : wanted) {
      const std::string_view key(member.key().data(), member.key().size());
      std::string at = path.empty() ? std::string(key) : path + "." + std::string(key);
      const json::value* there = seen.if_contains(key);
      if (there == nullptr) {
        if (is_empty_throughout(member.value())) continue;
        return at;
      }
      const bool quantity = quantities || std::ranges::find(kQuantityFields, key) != kQuantityFields.end();
      if (auto found = values(*there, member.value(), at, key, quantity)) return found;
    }
    return std::nullopt;
  }

 private:
  /// An object of nothing but empty values is dropped, too.
  static bool is_empty_throughout(const json::value& v) {
    const Object* o = v.if_object();
    if (o == nullptr) return is_empty(v);
    return std::ranges::all_of(*o, [](const auto& member) { return is_empty_throughout(member.value()); });
  }

  Difference values(const json::value& seen, const json::value& wanted, const std::string& path,
                    std::string_view field, bool quantity) const {
    if (seen.is_object() && wanted.is_object()) {
      const bool quantities = std::ranges::find(kQuantityMaps, field) != kQuantityMaps.end();
      return objects(seen.get_object(), wanted.get_object(), path, quantities);
    }
    if (seen.is_array() && wanted.is_array()) {
      return arrays(seen.get_array(), wanted.get_array(), path, merged_list(field));
    }
    if (seen == wanted || (is_empty(seen) && is_empty(wanted)) ||
        (quantity && equal_quantities(seen, wanted))) {
      return std::nullopt;
    }
    return path;
  }

  Difference arrays(const json::array& seen, const json::array& wanted, const std::string& path,
                    const MergedList* merged) const {
    if (merged != nullptr) return entries_by_key(seen, wanted, path, *merged);
    if (seen.size() != wanted.size()) return path;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (auto found = values(seen[i], wanted[i], fmt::format("{}[{}]", path, i), {}, false)) return found;
    }
    return std::nullopt;
  }

  Difference entries_by_key(const json::array& seen, const json::array& wanted, const std::string& path,
                            const MergedList& list) const {
    for (const json::value& entry : wanted) {
      const std::string name = entry_name(entry, list);
      const json::value* there = find_entry(seen, entry, list);
      std::string at = fmt::format("{}[{}]", path, name);
      if (there == nullptr) return at;
      if (auto found = values(*there, entry, at, {}, false)) return found;
    }
    return std::nullopt;
  }

  static std::string entry_name(const json::value& entry, const MergedList& list) {
    for (const std::string_view key : list.keys) {
      const json::value* value = key.empty() ? nullptr : json::find(entry, {key});
      if (value != nullptr) return fmt::format("{}={}", key, scalar_text(*value));
    }
    return entry.is_object() ? "?" : scalar_text(entry);
  }

  /// The entry with the same keys; of a port, the protocol counts as well ("TCP" when not said).
  static const json::value* find_entry(const json::array& seen, const json::value& wanted,
                                       const MergedList& list) {
    const auto same = [&](const json::value& entry) {
      if (entry_name(entry, list) != entry_name(wanted, list)) return false;
      if (list.field == "ports") {
        return json::string_at(entry, {"protocol"}, "TCP") == json::string_at(wanted, {"protocol"}, "TCP");
      }
      return true;
    };
    const auto found = std::ranges::find_if(seen, same);
    return found == seen.end() ? nullptr : &*found;
  }
};

json::value sorted(const json::value& v) {
  if (const json::array* array = v.if_array()) {
    json::array out;
    for (const json::value& item : *array) out.push_back(sorted(item));
    return out;
  }
  const Object* object = v.if_object();
  if (object == nullptr) return v;
  std::vector<std::string_view> keys;
  for (const auto& member : *object) keys.emplace_back(member.key().data(), member.key().size());
  std::ranges::sort(keys);
  Object out;
  for (const std::string_view key : keys) out[key] = sorted(object->at(key));
  return out;
}

}  // namespace

std::optional<std::string> first_difference(const Object& seen, const Object& wanted) {
  return Comparison{}.objects(seen, wanted, {}, false);
}

std::string content_hash(const Object& object) {
  const std::string text = json::dump(sorted(json::value(object)));
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha256(), nullptr);
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

}  // namespace dynamo::kube
