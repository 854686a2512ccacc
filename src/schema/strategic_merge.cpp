#include "schema/strategic_merge.h"

#include <algorithm>

namespace dynamo::schema {
namespace {

constexpr std::string_view kPatch = "$patch";
constexpr std::string_view kRetainKeys = "$retainKeys";
constexpr std::string_view kSetElementOrder = "$setElementOrder/";
constexpr std::string_view kDeleteFromPrimitiveList = "$deleteFromPrimitiveList/";

bool is_directive(std::string_view key) {
  return key == kPatch || key == kRetainKeys || key.starts_with(kSetElementOrder) ||
         key.starts_with(kDeleteFromPrimitiveList);
}

bool merges(const Schema* list) {
  return list != nullptr && std::find(list->patch_strategy.begin(), list->patch_strategy.end(), "merge") !=
                                list->patch_strategy.end();
}

/// What identifies an item of a merged list: its merge key's value, or the scalar itself.
const json::value* identity(const json::value& item, std::string_view merge_key) {
  if (merge_key.empty()) return &item;
  const json::object* members = item.if_object();
  return members == nullptr ? nullptr : members->if_contains(merge_key);
}

std::optional<std::size_t> index_of(const json::array& items, const json::value* wanted,
                                    std::string_view merge_key) {
  if (wanted == nullptr) return std::nullopt;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const json::value* id = identity(items[i], merge_key);
    if (id != nullptr && *id == *wanted) return i;
  }
  return std::nullopt;
}

/// Directives mean nothing in what is stored: a part of the patch that starts a new member loses them.
json::value without_directives(const json::value& patch) {
  if (const json::array* items = patch.if_array()) {
    json::array out;
    for (const auto& item : *items) {
      if (json::string_at(item, {kPatch}).empty()) out.push_back(without_directives(item));
    }
    return out;
  }
  const json::object* members = patch.if_object();
  if (members == nullptr) return patch;
  json::object out;
  for (const auto& member : *members) {
    if (is_directive(member.key()) || member.value().is_null()) continue;
    out[member.key()] = without_directives(member.value());
  }
  return out;
}

Result<void> merge_object(json::object& target, const json::object& patch, const Schema* schema);

Result<void> merge_item(json::array& items, const json::value& change, std::string_view merge_key,
                        const Schema* item_schema) {
  const json::value* id = identity(change, merge_key);
  if (id == nullptr) {
    return fail(Errc::invalid, fmt::format("map: {} does not contain declared merge key: {}",
                                           json::dump(change), merge_key));
  }
  const auto at = index_of(items, id, merge_key);
  const auto directive = json::string_at(change, {kPatch});
  if (directive == "delete") {
    if (at) items.erase(items.begin() + static_cast<std::ptrdiff_t>(*at));
    return {};
  }
  if (!at) {
    items.push_back(without_directives(change));
    return {};
  }
  if (merge_key.empty()) return {};
  json::value& item = items[*at];
  if (!item.is_object()) item.emplace_object();
  return merge_object(item.get_object(), change.get_object(), item_schema);
}

/// Items named in `order` come in that order; the others stay behind the neighbours that they had in
/// `before`.
json::array ordered(const json::array& merged, const json::array& before, const json::array& order,
                    std::string_view merge_key) {
  const auto rank = [&](const json::value& item) -> std::optional<std::size_t> {
    const json::value* id = identity(item, merge_key);
    for (std::size_t i = 0; id != nullptr && i < order.size(); ++i) {
      const json::value* listed = identity(order[i], merge_key);
      if (listed != nullptr && *listed == *id) return i;
    }
    return std::nullopt;
  };
  std::vector<const json::value*> listed, others;
  for (const auto& item : merged) (rank(item) ? listed : others).push_back(&item);
  std::sort(listed.begin(), listed.end(), [&](auto* a, auto* b) { return *rank(*a) < *rank(*b); });

  const auto place = [&](const json::value& item) {
    return index_of(before, identity(item, merge_key), merge_key);
  };
  json::array out;
  std::size_t next = 0;
  for (const json::value* item : listed) {
    const auto here = place(*item);
    while (next < others.size() && here && place(*others[next]) && *place(*others[next]) < *here) {
      out.push_back(*others[next++]);
    }
    out.push_back(*item);
  }
  for (; next < others.size(); ++next) out.push_back(*others[next]);
  return out;
}

/// One list of an object: the list itself and the directives about it, any of which may be absent.
struct ListPatch {
  const json::array* items = nullptr;
  const json::array* order = nullptr;
  const json::array* deletions = nullptr;
};

Result<void> merge_list(json::array& target, const ListPatch& patch, const Schema& list) {
  const std::string_view merge_key = list.patch_merge_key;
  const json::array before = target;
  const bool replace = patch.items != nullptr &&
                       std::any_of(patch.items->begin(), patch.items->end(),
                                   [](auto& item) { return json::string_at(item, {kPatch}) == "replace"; });
  if (replace) target.clear();
  for (std::size_t i = 0; patch.deletions != nullptr && i < patch.deletions->size(); ++i) {
    while (const auto at = index_of(target, &(*patch.deletions)[i], "")) {
      target.erase(target.begin() + static_cast<std::ptrdiff_t>(*at));
    }
  }
  for (std::size_t i = 0; patch.items != nullptr && i < patch.items->size(); ++i) {
    const json::value& change = (*patch.items)[i];
    if (json::string_at(change, {kPatch}) == "replace") continue;
    if (auto done = merge_item(target, change, merge_key, list.items.get()); !done) return done;
  }
  if (patch.order != nullptr) target = ordered(target, before, *patch.order, merge_key);
  return {};
}

const json::array* directive_list(const json::object& patch, std::string_view prefix, std::string_view name) {
  const json::value* found = patch.if_contains(std::string(prefix).append(name));
  return found == nullptr ? nullptr : found->if_array();
}

void retain_keys(json::object& target, const json::object& patch) {
  const json::value* keys = patch.if_contains(kRetainKeys);
  if (keys == nullptr || !keys->is_array()) return;
  std::vector<std::string> gone;
  for (const auto& member : target) {
    const json::value key(member.key());
    if (!index_of(keys->get_array(), &key, "")) gone.emplace_back(member.key());
  }
  for (const auto& key : gone) target.erase(key);
}

Result<void> merge_member(json::object& target, std::string_view name, const json::value& change,
                          const json::object& patch, const Schema* member) {
  json::value* old = target.if_contains(name);
  if (change.is_null()) {
    target.erase(name);
    return {};
  }
  if (change.is_object()) {
    if (json::string_at(change, {kPatch}) == "delete") {
      target.erase(name);
      return {};
    }
    return merge_object(json::ensure_object(target, name), change.get_object(), member);
  }
  if (!change.is_array() || !merges(member)) {
    target[name] = change.is_array() ? without_directives(change) : change;
    return {};
  }
  if (old == nullptr || !old->is_array()) target[name].emplace_array();
  const ListPatch list{&change.get_array(), directive_list(patch, kSetElementOrder, name),
                       directive_list(patch, kDeleteFromPrimitiveList, name)};
  return merge_list(target[name].get_array(), list, *member);
}

/// Directives about a list that the patch does not otherwise mention.
Result<void> merge_unmentioned_list(json::object& target, std::string_view name, const json::object& patch,
                                    const Schema* member) {
  json::value* old = target.if_contains(name);
  if (patch.contains(name) || old == nullptr || !old->is_array() || !merges(member)) return {};
  const ListPatch list{nullptr, directive_list(patch, kSetElementOrder, name),
                       directive_list(patch, kDeleteFromPrimitiveList, name)};
  return merge_list(old->get_array(), list, *member);
}

Result<void> merge_object(json::object& target, const json::object& patch, const Schema* schema) {
  const auto directive = json::string_at(patch, {kPatch});
  if (directive == "replace" || directive == "delete") {
    target = directive == "delete" ? json::object{} : without_directives(patch).get_object();
    return {};
  }
  if (!directive.empty() && directive != "merge") {
    return fail(Errc::invalid, fmt::format("$patch must be replace, delete or merge, not \"{}\"", directive));
  }
  retain_keys(target, patch);
  for (const auto& change : patch) {
    const std::string_view key = change.key();
    Result<void> done;
    for (const auto prefix : {kSetElementOrder, kDeleteFromPrimitiveList}) {
      if (!key.starts_with(prefix)) continue;
      const auto name = key.substr(prefix.size());
      done = merge_unmentioned_list(target, name, patch, schema == nullptr ? nullptr : schema->member(name));
    }
    if (!is_directive(key)) {
      done =
          merge_member(target, key, change.value(), patch, schema == nullptr ? nullptr : schema->member(key));
    }
    if (!done) return done;
  }
  return {};
}

}  // namespace

Result<void> apply_strategic_merge(json::value& target, const json::value& patch, const Schema& schema) {
  if (!patch.is_object()) return fail(Errc::invalid, "a strategic merge patch must be an object");
  if (!target.is_object()) target.emplace_object();
  return merge_object(target.get_object(), patch.get_object(), &schema);
}

}  // namespace dynamo::schema
