#include "node/addresses.h"

#include <cstdio>

namespace dynamo::node {

std::string AddressPool::to_text(std::uint32_t number) const {
  return fmt::format("127.{}.{}.{}", block_, number >> 8, number & 0xff);
}

/// Neither .0 nor .255: they look like a network's own addresses to some programs.
bool AddressPool::usable(std::uint32_t number) noexcept {
  const auto last = number & 0xff;
  return last != 0 && last != 0xff;
}

Result<std::string> AddressPool::acquire(const std::string& owner) {
  if (const auto at = by_owner_.find(owner); at != by_owner_.end()) return to_text(at->second);
  for (std::uint32_t tried = 0; tried < kSize; ++tried) {
    next_ = (next_ + 1) % kSize;
    if (!usable(next_) || !taken_.insert(next_).second) continue;
    by_owner_[owner] = next_;
    return to_text(next_);
  }
  return fail(Errc::too_many, fmt::format("all addresses 127.{}.x.y are taken", block_));
}

bool AddressPool::reclaim(const std::string& owner, std::string_view address) {
  unsigned block = 0;
  unsigned third = 0;
  unsigned last = 0;
  char rest = 0;
  const std::string text(address);
  if (std::sscanf(text.c_str(), "127.%3u.%3u.%3u%c", &block, &third, &last, &rest) != 3) return false;
  if (block != block_ || third > 255 || last > 255) return false;
  const std::uint32_t number = third << 8 | last;
  if (!usable(number) || by_owner_.contains(owner) || !taken_.insert(number).second) return false;
  by_owner_[owner] = number;
  next_ = std::max(next_, number);
  return true;
}

void AddressPool::release(const std::string& owner) {
  const auto at = by_owner_.find(owner);
  if (at == by_owner_.end()) return;
  taken_.erase(at->second);
  by_owner_.erase(at);
}

Result<std::vector<int>> GpuPool::acquire(const std::string& owner, int count) {
  std::vector<int> out;
  for (int index = 0; index < count_ && std::cmp_less(out.size(), count); ++index) {
    const auto at = owner_of_.find(index);
    if (at == owner_of_.end() || at->second == owner) out.push_back(index);
  }
  if (std::cmp_less(out.size(), count)) {
    return fail(Errc::too_many,
                fmt::format("the pod asks for {} GPUs; {} of {} are free", count, out.size(), count_));
  }
  for (const int index : out) owner_of_[index] = owner;
  return out;
}

void GpuPool::release(const std::string& owner) {
  std::erase_if(owner_of_, [&](const auto& entry) { return entry.second == owner; });
}

}  // namespace dynamo::node
