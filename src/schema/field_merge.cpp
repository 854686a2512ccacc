#include "schema/field_merge.h"

#include <set>

namespace dynamo::schema {
namespace {

ListType list_type(const Schema* schema) {
  return schema == nullptr ? ListType::atomic : schema->list_type.value_or(ListType::atomic);
}

bool is_atomic_map(const Schema* schema) {
  return schema != nullptr && schema->map_type.value_or(MapType::granular) == MapType::atomic;
}

/// Owned as a whole: scalars, atomic lists, atomic maps.
bool is_leaf(const json::value& value, const Schema* schema) {
  if (value.is_object()) return is_atomic_map(schema);
  return !value.is_array() || list_type(schema) == ListType::atomic;
}

bool is_empty(const json::value& value) {
  return (value.is_object() && value.get_object().empty()) || (value.is_array() && value.get_array().empty());
}

const Schema* member_schema(const Schema* schema, std::string_view name) {
  return schema == nullptr ? nullptr : schema->member(name);
}

const Schema* item_schema(const Schema* schema) { return schema == nullptr ? nullptr : schema->items.get(); }

/// The one key of Kubernetes' own list-maps that may be left out: ports of containers and Services are TCP.
/// It is defaulted in code there, so that no schema tells.
const json::value* builtin_key_default(std::string_view name, const Schema* items) {
  static const json::value tcp("TCP");
  return name == "protocol" && items != nullptr && items->property("protocol") != nullptr ? &tcp : nullptr;
}

/// The value of list-map key `name` in `item`, defaulted by the schema; null when there is none.
const json::value* key_value(const json::object& item, const std::string& name, const Schema* items) {
  if (const json::value* own = item.if_contains(name)) return own;
  const Schema* property = items == nullptr ? nullptr : items->property(name);
  return property != nullptr && property->default_value ? &*property->default_value
                                                        : builtin_key_default(name, items);
}

/// The edge that leads to `item`; empty when it lacks all its keys.
std::string element_of(const json::value& item, const Schema& list) {
  if (list_type(&list) == ListType::set) return "v:" + json::dump(item);
  const json::object* members = item.if_object();
  if (members == nullptr) return {};
  std::set<std::string> names(list.list_map_keys.begin(), list.list_map_keys.end());
  json::object keys;
  for (const auto& name : names) {
    if (const json::value* value = key_value(*members, name, list.items.get())) keys[name] = *value;
  }
  return keys.empty() ? std::string{} : "k:" + json::dump(keys);
}

/// First item of each element, in order.
struct Items {
  std::vector<std::pair<std::string, const json::value*>> ordered;
  std::map<std::string, const json::value*, std::less<>> by_element;

  Items(const json::array& list, const Schema& schema) {
    for (const auto& item : list) {
      std::string element = element_of(item, schema);
      if (element.empty() || !by_element.emplace(element, &item).second) continue;
      ordered.emplace_back(std::move(element), &item);
    }
  }
  const json::value* find(std::string_view element) const {
    const auto found = by_element.find(element);
    return found == by_element.end() ? nullptr : found->second;
  }
};

class Comparer {
 public:
  FieldChanges take() { return std::move(changes_); }

  void compare(const json::value& before, const json::value& after, const Schema* schema) {
    Level root{&changes_.added, &changes_.modified, &changes_.removed};
    if (before.is_object() && after.is_object())
      objects(before.get_object(), after.get_object(), schema, root);
  }

 private:
  /// The three results at one path. Branches are made on the way down; empty ones are dropped on the way up.
  struct Level {
    FieldSet *added, *modified, *removed;
  };

  void visit(const std::string& element, const json::value* before, const json::value* after,
             const Schema* schema, Level up) {
    FieldSet added, modified, removed;
    if (before == nullptr) {
      mark_all(*after, schema, added);
    } else if (after == nullptr) {
      mark_all(*before, schema, removed);
    } else {
      both(*before, *after, schema, Level{&added, &modified, &removed});
    }
    up.added->put(element, std::move(added));
    up.modified->put(element, std::move(modified));
    up.removed->put(element, std::move(removed));
  }

  void both(const json::value& before, const json::value& after, const Schema* schema, Level here) {
    const bool same_shape = before.kind() == after.kind() && !is_leaf(before, schema);
    if (!same_shape || (is_empty(before) && is_empty(after))) {
      if (before != after) here.modified->set_member(true);
    } else if (before.is_object()) {
      objects(before.get_object(), after.get_object(), schema, here);
    } else {
      lists(before.get_array(), after.get_array(), *schema, here);
    }
  }

  void objects(const json::object& before, const json::object& after, const Schema* schema, Level here) {
    for (const auto& member : before) {
      visit(member_element(member.key()), &member.value(), after.if_contains(member.key()),
            member_schema(schema, member.key()), here);
    }
    for (const auto& member : after) {
      if (before.contains(member.key())) continue;
      visit(member_element(member.key()), nullptr, &member.value(), member_schema(schema, member.key()),
            here);
    }
  }

  void lists(const json::array& before, const json::array& after, const Schema& schema, Level here) {
    const Items old_items(before, schema);
    const Items new_items(after, schema);
    for (const auto& [element, item] : old_items.ordered) {
      visit(element, item, new_items.find(element), schema.items.get(), here);
    }
    for (const auto& [element, item] : new_items.ordered) {
      if (old_items.find(element) == nullptr) visit(element, nullptr, item, schema.items.get(), here);
    }
  }

  /// Everything in `value`, its containers included.
  static void mark_all(const json::value& value, const Schema* schema, FieldSet& out) {
    out.set_member(true);
    if (is_leaf(value, schema)) return;
    if (const json::object* members = value.if_object()) {
      for (const auto& member : *members) {
        mark_all(member.value(), member_schema(schema, member.key()), out[member_element(member.key())]);
      }
      return;
    }
    for (const auto& [element, item] : Items(value.get_array(), *schema).ordered) {
      mark_all(*item, schema->items.get(), out[element]);
    }
  }

  FieldChanges changes_;
};

json::array merge_items(const json::array& live, const json::array& applied, const Schema& schema) {
  const Items wanted(applied, schema);
  const Items present(live, schema);
  std::set<std::string, std::less<>> done;
  json::array out;
  const auto lay_over = [&](const std::string& element, const json::value& item) {
    const json::value* old = present.find(element);
    out.push_back(old == nullptr ? item : merge_fields(*old, item, schema.items.get()));
    done.insert(element);
  };
  auto next = wanted.ordered.begin();
  for (const auto& item : live) {
    const std::string element = element_of(item, schema);
    if (element.empty() || wanted.find(element) == nullptr) {
      out.push_back(item);  // nobody applies it: it stays where it is
      continue;
    }
    if (done.contains(element)) continue;
    do {
      lay_over(next->first, *next->second);
    } while (next++->first != element);
  }
  for (; next != wanted.ordered.end(); ++next) lay_over(next->first, *next->second);
  return out;
}

/// False when all of `value` was removed.
bool remove_below(json::value& value, const FieldSet& fields, const Schema* schema);

bool remove_item(json::value& item, const FieldSet* below, const Schema* schema) {
  if (below == nullptr) return true;
  return !below->is_member() && remove_below(item, *below, schema);
}

bool remove_below(json::value& value, const FieldSet& fields, const Schema* schema) {
  if (is_leaf(value, schema) || is_empty(value)) return true;
  if (json::object* members = value.if_object()) {
    json::object kept;
    for (auto& member : *members) {
      const FieldSet* below = fields.child(member_element(member.key()));
      if (!remove_item(member.value(), below, member_schema(schema, member.key()))) continue;
      kept[member.key()] = std::move(member.value());
    }
    *members = std::move(kept);
    return !members->empty();
  }
  json::array kept;
  for (auto& item : value.get_array()) {
    const std::string element = element_of(item, *schema);
    const FieldSet* below = element.empty() ? nullptr : fields.child(element);
    if (remove_item(item, below, schema->items.get())) kept.push_back(std::move(item));
  }
  value.get_array() = std::move(kept);
  return !value.get_array().empty();
}

Result<void> check_items(const json::array& items, const Schema& schema, const std::string& path);

Result<void> check(const json::value& value, const Schema* schema, const std::string& path) {
  if (is_leaf(value, schema)) return {};
  if (value.is_array()) return check_items(value.get_array(), *schema, path);
  for (const auto& member : value.get_object()) {
    auto ok = check(member.value(), member_schema(schema, member.key()),
                    fmt::format("{}.{}", path, std::string_view(member.key())));
    if (!ok) return ok;
  }
  return {};
}

Result<void> check_items(const json::array& items, const Schema& schema, const std::string& path) {
  std::set<std::string> seen;
  std::size_t index = 0;
  for (const auto& item : items) {
    const std::string element = element_of(item, schema);
    if (element.empty()) {
      return fail(Errc::invalid,
                  fmt::format("{}: element {}: associative list with keys has an element that omits key "
                              "field {}",
                              path, index, json::dump(json::value(schema.list_map_keys[0]))));
    }
    if (!seen.insert(element).second) {
      return fail(Errc::invalid,
                  fmt::format("{}: duplicate entries for key {}", path, readable_element(element)));
    }
    if (auto ok = check(item, schema.items.get(), path + readable_element(element)); !ok) return ok;
    ++index;
  }
  return {};
}

}  // namespace

FieldSet fields_of(const json::value& value, const Schema* schema) {
  FieldSet out;
  if (is_leaf(value, schema)) {
    out.set_member(true);
  } else if (const json::object* members = value.if_object()) {
    for (const auto& member : *members) {
      FieldSet below = fields_of(member.value(), member_schema(schema, member.key()));
      const bool declared = schema != nullptr && schema->property(member.key()) != nullptr;
      if (!declared || is_empty(member.value())) below.set_member(true);
      out.put(member_element(member.key()), std::move(below));
    }
  } else {
    for (const auto& [element, item] : Items(value.get_array(), *schema).ordered) {
      FieldSet below = fields_of(*item, schema->items.get());
      below.set_member(true);
      out.put(element, std::move(below));
    }
  }
  return out;
}

FieldChanges compare_fields(const json::value& before, const json::value& after, const Schema* schema) {
  Comparer comparer;
  comparer.compare(before, after, schema);
  return comparer.take();
}

json::value merge_fields(const json::value& live, const json::value& applied, const Schema* schema) {
  if (is_leaf(applied, schema) || live.kind() != applied.kind()) return applied;
  if (applied.is_array()) return merge_items(live.get_array(), applied.get_array(), *schema);
  json::object out = live.get_object();
  for (const auto& member : applied.get_object()) {
    json::value* old = out.if_contains(member.key());
    if (old == nullptr) {
      out[member.key()] = member.value();
    } else {
      *old = merge_fields(*old, member.value(), member_schema(schema, member.key()));
    }
  }
  return out;
}

void remove_fields(json::value& value, const FieldSet& fields, const Schema* schema) {
  remove_below(value, fields, schema);
}

FieldSet with_declared_parents(const FieldSet& fields, const Schema* schema) {
  FieldSet out;
  out.set_member(fields.is_member());
  for (const auto& [element, below] : fields.children()) {
    const bool member = element[0] == 'f';
    const auto name = std::string_view(element).substr(2);
    const Schema* next = member ? member_schema(schema, name) : item_schema(schema);
    FieldSet inner = with_declared_parents(below, next);
    if (member && schema != nullptr && schema->property(name) != nullptr) inner.set_member(true);
    out.put(element, std::move(inner));
  }
  return out;
}

Result<void> check_list_items(const json::value& applied, const Schema* schema) {
  return check(applied, schema, "");
}

}  // namespace dynamo::schema
