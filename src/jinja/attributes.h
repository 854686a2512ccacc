#pragma once

#include <vector>

#include "jinja/builtins.h"
#include "jinja/operations.h"

namespace dynamo::jinja {

/// What the argument `attribute` of filters means: "a.b.0" steps down through elements; numbers index lists.
class AttributePath {
 public:
  /// `attribute` may be missing or None: the element itself then.
  AttributePath(Runtime& runtime, const Value& attribute);

  /// The value at the path; `fallback`, unless it is missing or None, for every step that is undefined.
  Value of(const Value& item, const Value& fallback = {}) const;
  /// The same, texts in lower case.
  Value folded(const Value& item, const Value& fallback = {}) const;

 private:
  Runtime& runtime_;
  std::vector<Value> steps_;
};

/// A text in lower case, anything else as it is.
Value fold_case(Runtime& runtime, const Value& value);

/// A generator over `values`, of which Python would say that it is one.
Value generator(Runtime& runtime, const std::vector<Value>& values);

/// Sorts as Python does: stable, by keys that are compared with `<`.
struct Keyed {
  Value key;
  Value item;
};
void sort_by_key(Runtime& runtime, std::vector<Keyed>& items, bool reverse);

}  // namespace dynamo::jinja
