#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace dynamo::node {

/// Loopback addresses of pods: 127.BLOCK.0.1 to 127.BLOCK.255.254. An address that was given back is given
/// out again only when all others have been, so that nobody who remembers it reaches a stranger soon.
class AddressPool {
 public:
  explicit AddressPool(std::uint8_t block) : block_(block) {}

  /// The same owner gets the same address again until it is released. Errors: too_many.
  Result<std::string> acquire(const std::string& owner);
  /// For a pod that has an address already, from an earlier run. False when it is not of this block or taken.
  bool reclaim(const std::string& owner, std::string_view address);
  void release(const std::string& owner);

 private:
  static constexpr std::uint32_t kSize = 1u << 16;
  std::string to_text(std::uint32_t number) const;
  static bool usable(std::uint32_t number) noexcept;

  std::uint8_t block_;
  std::uint32_t next_ = 0;
  std::map<std::string, std::uint32_t> by_owner_;
  std::set<std::uint32_t> taken_;
};

/// Which pod has which GPU. Devices are counted and enforced.
class GpuPool {
 public:
  explicit GpuPool(int count) : count_(count) {}
  /// `count` devices with the lowest free indexes; what the owner has already counts. Errors: too_many.
  Result<std::vector<int>> acquire(const std::string& owner, int count);
  void release(const std::string& owner);
  int count() const noexcept { return count_; }

 private:
  int count_;
  std::map<int, std::string> owner_of_;
};

}  // namespace dynamo::node
