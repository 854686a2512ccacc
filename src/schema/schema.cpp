#include "schema/schema.h"

#include <algorithm>

namespace dynamo::schema {

const Schema* Schema::property(std::string_view name) const {
  const auto found = std::ranges::find(properties, name, &Property::name);
  return found == properties.end() ? nullptr : found->schema.get();
}

const Schema* Schema::member(std::string_view name) const {
  const Schema* own = property(name);
  return own != nullptr ? own : additional_properties.get();
}

bool operator==(const Schema& a, const Schema& b) { return to_json(a) == to_json(b); }

}  // namespace dynamo::schema
