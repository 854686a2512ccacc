#include "base/environment.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <unistd.h>

namespace dynamo {

Environment Environment::of_process() {
  Environment out;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    out.variables_.insert_or_assign(std::string(text.substr(0, equals)),
                                    std::string(text.substr(equals + 1)));
  }
  return out;
}

std::optional<std::string_view> Environment::get(std::string_view name) const {
  const auto found = variables_.find(name);
  if (found == variables_.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

std::optional<bool> parse_switch(std::string_view text) {
  static constexpr std::array<std::string_view, 5> kOn{"1", "true", "yes", "on", "t"};
  static constexpr std::array<std::string_view, 5> kOff{"0", "false", "no", "off", "f"};
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (std::ranges::find(kOn, lower) != kOn.end()) return true;
  if (std::ranges::find(kOff, lower) != kOff.end()) return false;
  return std::nullopt;
}

}  // namespace dynamo
