#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "apiserver/kind.h"

namespace dynamo::apiserver {

/// The kinds served right now: the built-in ones and those of the CustomResourceDefinitions.
class Registry {
 public:
  Registry();

  /// Serves (or serves anew) the kinds of a definition; `remove` stops.
  void put_definition(const Object& definition);
  void remove_definition(std::string_view name);

  KindPtr find(std::string_view group, std::string_view version, std::string_view plural) const;
  /// In the order of groups: core first, then by name; versions newest first.
  std::vector<KindPtr> kinds() const;
  std::vector<KindPtr> kinds_of(std::string_view group, std::string_view version) const;
  /// Groups but the core one, each with its versions.
  std::map<std::string, std::vector<std::string>> groups() const;
  /// Changes whenever the kinds do; for caches of documents made from them.
  std::uint64_t revision() const noexcept { return revision_; }

 private:
  std::map<std::string, std::vector<KindPtr>, std::less<>> custom_;  // by name of the definition
  std::uint64_t revision_ = 1;
};

}  // namespace dynamo::apiserver
