#include "schema/schema.h"

namespace dynamo::schema {
namespace {

bool belongs_to_resource(std::string_view name) {
  return name == "apiVersion" || name == "kind" || name == "metadata";
}

/// Walks a value beside its schema and hands every undeclared member to `drop`, which may remove it.
template <class Value>
class Walk {
 public:
  explicit Walk(std::vector<std::string>& unknown) : unknown_(unknown) {}

  void visit(const Schema& s, Value& v, const FieldPath& at, Root root) {
    if (auto* o = v.if_object()) visit_object(s, *o, at, s.embedded_resource ? Root::resource : root);
    if (auto* a = v.if_array(); a != nullptr && s.items) {
      for (std::size_t i = 0; i < a->size(); ++i) visit(*s.items, (*a)[i], at.item(i), Root::plain);
    }
  }

 private:
  template <class Object>
  void visit_object(const Schema& s, Object& o, const FieldPath& at, Root root) {
    const bool keep_all = s.preserve_unknown_fields || s.additional_properties_allowed.value_or(false);
    std::vector<std::string> dropped;
    for (auto& member : o) {
      if (root == Root::resource && belongs_to_resource(member.key())) continue;
      const Schema* declared = s.member(member.key());
      if (declared != nullptr) {
        visit(*declared, member.value(), at.member(member.key()), Root::plain);
      } else if (!keep_all) {
        unknown_.push_back(at.member(member.key()).str());
        dropped.emplace_back(member.key());
      }
    }
    remove(o, dropped);
  }

  static void remove(json::object& o, const std::vector<std::string>& names) {
    for (const auto& name : names) o.erase(name);
  }
  static void remove(const json::object&, const std::vector<std::string>&) {}

  std::vector<std::string>& unknown_;
};

}  // namespace

std::vector<std::string> prune(const Schema& schema, json::value& value, Root root) {
  std::vector<std::string> unknown;
  Walk<json::value>(unknown).visit(schema, value, FieldPath{}, root);
  return unknown;
}

std::vector<std::string> unknown_fields(const Schema& schema, const json::value& value, Root root) {
  std::vector<std::string> unknown;
  Walk<const json::value>(unknown).visit(schema, value, FieldPath{}, root);
  return unknown;
}

}  // namespace dynamo::schema
