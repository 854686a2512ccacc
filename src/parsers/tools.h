#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace dynamo::parsers {

/// One function that a request lets the model call.
struct Tool {
  std::string name;
  json::object parameters{};  // JSON schema of its arguments; empty when the request gives none
};

/// The tools of a request. Copies share them; any thread may use one.
class Tools {
 public:
  Tools() = default;
  explicit Tools(std::vector<Tool> tools)
      : tools_(std::make_shared<const std::vector<Tool>>(std::move(tools))) {}

  /// Reads a request's `tools`: a list of `{"type":"function","function":{"name":…,"parameters":…}}`; the
  /// inner object alone is taken too. Errors: invalid, naming the entry.
  static Result<Tools> parse(const json::value& list);

  const Tool* find(std::string_view name) const;
  /// Whether the model may call `name`: it is one of the tools, or the request names none and it could be
  /// one.
  bool allow(std::string_view name) const;
  /// The schema of one parameter; null when it is not known.
  const json::value* parameter(std::string_view tool, std::string_view name) const;

 private:
  std::shared_ptr<const std::vector<Tool>> tools_ = std::make_shared<const std::vector<Tool>>();
};

/// Longest name of a tool; what is longer is not taken for one.
inline constexpr std::size_t kMaxToolName = 256;

}  // namespace dynamo::parsers
