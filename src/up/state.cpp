#include "up/state.h"

#include <algorithm>

namespace dynamo::up {
namespace {

constexpr std::size_t kLongestName = 63;

bool is_name_character(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; }

bool is_name(const std::string& name) {
  return !name.empty() && name.size() <= kLongestName && std::ranges::all_of(name, is_name_character) &&
         name.front() != '-' && name.back() != '-';
}

}  // namespace

Result<StateDir> state_dir(const std::string& name, const Environment& env) {
  if (!is_name(name)) {
    return fail(Errc::invalid,
                fmt::format("--name must be 1 to {} lower case letters, digits and '-', got \"{}\"",
                            kLongestName, name));
  }
  const auto state_home = env.get("XDG_STATE_HOME");
  if (state_home) return StateDir{std::filesystem::path(*state_home) / "dynamo" / name};
  const auto home = env.get("HOME");
  if (!home)
    return fail(Errc::invalid, "neither XDG_STATE_HOME nor HOME is set: there is no place for the state");
  return StateDir{std::filesystem::path(*home) / ".local" / "state" / "dynamo" / name};
}

}  // namespace dynamo::up
