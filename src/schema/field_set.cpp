#include "schema/field_set.h"

#include <algorithm>

namespace dynamo::schema {
namespace {

/// Sorts the members of a `k:` element, so that one path has one spelling.
Result<std::string> canonical_element(std::string_view text) {
  const auto refuse = [&] {
    return fail(Errc::invalid, fmt::format("\"{}\" is not a path element of FieldsV1", text));
  };
  if (text.size() < 2 || text[1] != ':') return refuse();
  if (text[0] == 'f' || text[0] == 'i') return std::string(text);
  if (text[0] != 'k' && text[0] != 'v') return refuse();
  const auto parsed = json::parse(text.substr(2));
  if (!parsed) return refuse();
  if (text[0] == 'v') return "v:" + json::dump(*parsed);
  const json::object* keys = parsed->if_object();
  if (keys == nullptr) return refuse();
  std::map<std::string, json::value> sorted;
  for (const auto& key : *keys) sorted.emplace(key.key(), key.value());
  json::object out;
  for (auto& [name, value] : sorted) out[name] = std::move(value);
  return "k:" + json::dump(out);
}

std::string readable_keys(const json::object& keys) {
  std::string out;
  for (const auto& key : keys) {
    fmt::format_to(std::back_inserter(out), "{}{}={}", out.empty() ? "" : ",", std::string_view(key.key()),
                   json::dump(key.value()));
  }
  return out;
}

}  // namespace

Result<FieldSet> FieldSet::from_fields_v1(const json::value& fields) {
  const json::object* members = fields.if_object();
  if (members == nullptr) return fail(Errc::invalid, "FieldsV1 must be made of objects");
  FieldSet set;
  for (const auto& entry : *members) {
    if (entry.key() == ".") {
      set.member_ = true;
      continue;
    }
    auto element = canonical_element(entry.key());
    if (!element) return std::unexpected(element.error());
    auto below = from_fields_v1(entry.value());
    if (!below) return below;
    if (below->empty()) below->member_ = true;
    set.children_.insert_or_assign(std::move(*element), std::move(*below));
  }
  return set;
}

json::object FieldSet::to_fields_v1() const {
  json::object out;
  if (member_ && !children_.empty()) out["."].emplace_object();
  for (const auto& [element, below] : children_) out[element] = below.to_fields_v1();
  return out;
}

const FieldSet* FieldSet::child(std::string_view element) const {
  const auto found = children_.find(element);
  return found == children_.end() ? nullptr : &found->second;
}

FieldSet& FieldSet::operator[](std::string_view element) { return children_[std::string(element)]; }

void FieldSet::put(std::string_view element, FieldSet below) {
  if (!below.empty()) children_.insert_or_assign(std::string(element), std::move(below));
}

void FieldSet::erase(std::string_view element) {
  if (const auto found = children_.find(element); found != children_.end()) children_.erase(found);
}

std::vector<std::string> FieldSet::paths() const {
  std::vector<std::string> out;
  append_paths("", out);
  return out;
}

void FieldSet::append_paths(const std::string& prefix, std::vector<std::string>& out) const {
  for (const auto& [element, below] : children_) {
    if (below.member_) out.push_back(prefix + readable_element(element));
  }
  for (const auto& [element, below] : children_) below.append_paths(prefix + readable_element(element), out);
}

FieldSet unite(FieldSet a, const FieldSet& b) {
  a.member_ = a.member_ || b.member_;
  for (const auto& [element, below] : b.children_) {
    FieldSet& slot = a.children_[element];
    slot = unite(std::move(slot), below);
  }
  return a;
}

FieldSet subtract(const FieldSet& a, const FieldSet& b) {
  FieldSet out;
  out.member_ = a.member_ && !b.member_;
  for (const auto& [element, below] : a.children_) {
    const FieldSet* taken = b.child(element);
    out.put(element, taken == nullptr ? below : subtract(below, *taken));
  }
  return out;
}

FieldSet intersect(const FieldSet& a, const FieldSet& b) {
  FieldSet out;
  out.member_ = a.member_ && b.member_;
  for (const auto& [element, below] : a.children_) {
    if (const FieldSet* other = b.child(element)) out.put(element, intersect(below, *other));
  }
  return out;
}

std::string member_element(std::string_view name) { return std::string("f:").append(name); }

std::string readable_element(std::string_view element) {
  const auto rest = element.substr(2);
  if (element[0] == 'f') return fmt::format(".{}", rest);
  if (element[0] == 'i') return fmt::format("[{}]", rest);
  if (element[0] == 'v') return fmt::format("[={}]", rest);
  const auto keys = json::parse(rest);
  return fmt::format("[{}]",
                     keys && keys->is_object() ? readable_keys(keys->get_object()) : std::string(rest));
}

}  // namespace dynamo::schema
