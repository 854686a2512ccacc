#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace dynamo {

/// The environment variables that a role reads its settings from, as a value, so that tests can make one up.
class Environment {
 public:
  Environment() = default;
  Environment(std::initializer_list<std::pair<const std::string, std::string>> variables)
      : variables_(variables) {}

  /// Those of this process, as they are now.
  static Environment of_process();

  /// The value of `name`; a variable set to the empty text counts as unset, as Kubernetes users expect.
  std::optional<std::string_view> get(std::string_view name) const;
  std::string_view get_or(std::string_view name, std::string_view fallback) const {
    return get(name).value_or(fallback);
  }
  void set(std::string name, std::string value) { variables_[std::move(name)] = std::move(value); }
  const std::map<std::string, std::string, std::less<>>& variables() const noexcept { return variables_; }

 private:
  std::map<std::string, std::string, std::less<>> variables_;
};

/// Reads a switch: 1, true, yes, on and 0, false, no, off in any case; nothing for other texts.
std::optional<bool> parse_switch(std::string_view text);

}  // namespace dynamo
