#include <fmt/format.h>
#include <unordered_map>

#include "jinja/attributes.h"

/// Filters that compare elements with one another.
namespace dynamo::jinja {
namespace {

/// What one element is compared by: a list with one value for each path.
class SortKey {
 public:
  SortKey(Runtime& runtime, const Value& attribute, bool case_sensitive)
      : runtime_(runtime), case_sensitive_(case_sensitive) {
    if (!attribute.is_text()) {
      paths_.emplace_back(runtime, attribute);
      return;
    }
    for (const auto name : split_at(attribute.as_text(), ",", -1))
      paths_.emplace_back(runtime, Value::text(name));
  }

  Value of(const Value& item) const {
    std::vector<Value> keys;
    for (const auto& path : paths_) keys.push_back(case_sensitive_ ? path.of(item) : path.folded(item));
    return runtime_.list(keys);
  }

 private:
  Runtime& runtime_;
  bool case_sensitive_;
  std::vector<AttributePath> paths_;
};

std::vector<Value> items_of(const std::vector<Keyed>& sorted) {
  std::vector<Value> out;
  out.reserve(sorted.size());
  for (const auto& [key, item] : sorted) out.push_back(item);
  return out;
}

Value sort(Runtime& runtime, const Value& self, const Given& given) {
  const SortKey key(runtime, given[2], flag_argument(runtime, given, 1));
  std::vector<Keyed> items;
  for (const auto& item : collect(runtime, self)) items.push_back({key.of(item), item});
  sort_by_key(runtime, items, flag_argument(runtime, given, 0));
  return runtime.list(items_of(items));
}

Value dictsort(Runtime& runtime, const Value& self, const Given& given) {
  const auto by = given.has(1) && given[1].is_text() ? given[1].as_text() : std::string_view("key");
  if (by != "key" && by != "value") runtime.fail("You can only sort by either \"key\" or \"value\"");
  require_defined(runtime, self);
  if (!self.is_dict()) runtime.fail(fmt::format("'{}' object has no attribute 'items'", type_name(self)));
  const bool case_sensitive = flag_argument(runtime, given, 0);
  std::vector<Keyed> items;
  for (std::size_t i = 0; i < self.entry_count(); ++i) {
    const auto entry = self.entry(i);
    const Value pair[] = {entry.key, entry.value};
    const auto& key = by == "key" ? entry.key : entry.value;
    items.push_back({case_sensitive ? key : fold_case(runtime, key), runtime.tuple(pair)});
  }
  sort_by_key(runtime, items, flag_argument(runtime, given, 2));
  return runtime.list(items_of(items));
}

Value unique(Runtime& runtime, const Value& self, const Given& given) {
  const bool case_sensitive = flag_argument(runtime, given, 0);
  const AttributePath path(runtime, given[1]);
  std::unordered_multimap<std::size_t, Value> seen;
  std::vector<Value> out;
  for (const auto& item : collect(runtime, self)) {
    const auto key = case_sensitive ? path.of(item) : path.folded(item);
    const auto code = hash(runtime, key);
    const auto [first, last] = seen.equal_range(code);
    const bool known = std::any_of(first, last, [&](const auto& row) {
      runtime.charge(1);
      return equal(runtime, row.second, key);
    });
    if (known) continue;
    seen.emplace(code, key);
    out.push_back(item);
  }
  return generator(runtime, out);
}

template <bool kLargest>
Value extreme(Runtime& runtime, const Value& self, const Given& given) {
  const bool case_sensitive = flag_argument(runtime, given, 0);
  const AttributePath path(runtime, given[1]);
  Cursor cursor(runtime, self);
  Value best;
  if (!cursor.next(best)) return runtime.undefined("No aggregated item, sequence was empty.");
  const auto key_of = [&](const Value& item) { return case_sensitive ? path.of(item) : path.folded(item); };
  auto best_key = key_of(best);
  for (Value item; cursor.next(item);) {
    const auto key = key_of(item);
    const bool better = kLargest ? less(runtime, best_key, key, ">") : less(runtime, key, best_key);
    if (!better) continue;
    best = item;
    best_key = key;
  }
  return best;
}

Value groupby(Runtime& runtime, const Value& self, const Given& given) {
  const bool case_sensitive = flag_argument(runtime, given, 2);
  const AttributePath path(runtime, given[0]);
  const auto& fallback = given[1];
  std::vector<Keyed> items;
  for (const auto& item : collect(runtime, self)) {
    items.push_back({case_sensitive ? path.of(item, fallback) : path.folded(item, fallback), item});
  }
  sort_by_key(runtime, items, false);
  std::vector<Value> groups;
  for (std::size_t begin = 0; begin < items.size();) {
    std::vector<Value> members;
    auto end = begin;
    while (end < items.size() && equal(runtime, items[end].key, items[begin].key))
      members.push_back(items[end++].item);
    const auto key = case_sensitive ? items[begin].key : path.of(members.front(), fallback);
    groups.push_back(runtime.group(key, runtime.list(members)));
    begin = std::max(end, begin + 1);
  }
  return runtime.list(groups);
}

constexpr Builtin kFilters[] = {
    builtin("sort", sort, 0, "reverse", "case_sensitive", "attribute"),
    builtin("dictsort", dictsort, 0, "case_sensitive", "by", "reverse"),
    builtin("unique", unique, 0, "case_sensitive", "attribute"),
    builtin("min", extreme<false>, 0, "case_sensitive", "attribute"),
    builtin("max", extreme<true>, 0, "case_sensitive", "attribute"),
    builtin("groupby", groupby, 1, "attribute", "default", "case_sensitive"),
};

}  // namespace

std::span<const Builtin> order_filters() { return kFilters; }

}  // namespace dynamo::jinja
