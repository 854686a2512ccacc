#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace dynamo::net {

/// Header fields in order of arrival. Names compare without case.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string, std::string>> fields) : fields_(fields) {}

  /// First value of `name`, empty when absent; `has` tells the two apart.
  std::string_view get(std::string_view name) const noexcept;
  bool has(std::string_view name) const noexcept;
  void add(std::string name, std::string value);
  /// Replaces all fields of that name.
  void set(std::string name, std::string value);
  void remove(std::string_view name);
  const std::vector<std::pair<std::string, std::string>>& fields() const noexcept { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept;

/// The reason phrase of an HTTP status, "Unknown" where there is none.
std::string_view reason_phrase(int status) noexcept;

/// Query parameters, decoded, in order: "a=1&b=x%20y".
class Query {
 public:
  static Query parse(std::string_view text);
  std::string_view get(std::string_view name) const noexcept;
  bool has(std::string_view name) const noexcept;
  /// As Go's ParseBool reads it: 1, t, T, true, TRUE, True; an empty value counts as true.
  bool flag(std::string_view name) const noexcept;
  std::vector<std::string_view> all(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& fields() const noexcept { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// scheme://host:port/path?query, the parts a client needs.
struct Url {
  bool tls = false;
  std::string host;  // without brackets
  std::uint16_t port = 0;
  std::string target = "/";  // path and query
  /// Errors: invalid. Schemes http and https.
  static Result<Url> parse(std::string_view text);
  std::string authority() const;  // host:port, as in a Host header
};

std::string percent_encode(std::string_view text);
/// Decodes %XX (and + when `plus_is_space`); broken escapes stay as they are.
std::string percent_decode(std::string_view text, bool plus_is_space = false);

}  // namespace dynamo::net
