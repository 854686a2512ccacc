#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace dynamo::apiserver {

/// The part of Kubernetes' JSONPath that printer columns and scale paths use:
///   .spec.name  ['name.with.dots']  [0]  [-1]  [*]  .*  [?(@.type=="Ready")]  [?(@.n!=3)]
class JsonPath {
 public:
  /// Braces around the whole are allowed. Errors: invalid, saying where.
  static Result<JsonPath> parse(std::string_view text);

  /// Everything that the path leads to, in order; what is missing leads nowhere.
  std::vector<const json::value*> find(const json::value& root) const;
  /// The first of them, or null.
  const json::value* first(const json::value& root) const;
  /// The member names when the path is nothing but members, as those of scale are; otherwise empty.
  std::vector<std::string> members() const;

 private:
  struct Step {
    enum class Kind { member, index, all, filter } kind = Kind::member;
    std::string name{};  // member; filter: dotted path after @
    std::ptrdiff_t index = 0;
    bool equal = true;      // filter: == or !=
    json::value operand{};  // filter
  };
  static Result<Step> parse_bracket(std::string_view inside);
  static void take(const Step& step, const json::value& from, std::vector<const json::value*>& out);
  std::vector<Step> steps_;
};

}  // namespace dynamo::apiserver
