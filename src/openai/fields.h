#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json.h"

namespace dynamo::openai {

/// Reads the members of one JSON object and remembers the first complaint, so that a parser reads straight
/// down and asks `check()` once. Absent and null members read as absent.
class Fields {
 public:
  explicit Fields(const json::object& object) : object_(object) {}

  const json::value* find(std::string_view name) const;
  bool flag(std::string_view name);
  std::optional<std::string> text(std::string_view name);
  /// A number within [low, high]; the complaint says so.
  std::optional<double> number(std::string_view name, double low, double high);
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t low, std::int64_t high);

  /// Complains about `field`; only the first complaint is kept.
  void refuse(std::string_view field, std::string message);
  void refuse_type(std::string_view field, std::string_view wanted, const json::value& got);
  bool ok() const noexcept { return !error_.has_value(); }
  Result<void> check() const;

 private:
  const json::object& object_;
  std::optional<Error> error_;
};

}  // namespace dynamo::openai
