#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parsers/json_scanner.h"

namespace dynamo::parsers {

/// Arguments that are written one by one, as a JSON object: in the order of their first mention; the last
/// mention of each counts.
class ArgumentList {
 public:
  /// `value` is JSON.
  void set(std::string_view name, std::string value) {
    const auto [found, added] = index_.try_emplace(std::string(name), members_.size());
    if (added) members_.emplace_back(name, "");
    members_[found->second].second = std::move(value);
  }
  std::string object() const {
    std::string out = "{";
    for (const auto& [name, value] : members_) {
      if (out.size() > 1) out += ", ";
      out.append(quoted(name)).append(": ").append(value);
    }
    return out + "}";
  }

 private:
  std::vector<std::pair<std::string, std::string>> members_;
  std::map<std::string, std::size_t> index_;
};

}  // namespace dynamo::parsers
