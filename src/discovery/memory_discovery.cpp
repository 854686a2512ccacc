#include "discovery/memory_discovery.h"

namespace dynamo::discovery {

MemoryDiscovery::MemoryDiscovery(net::Loop& loop, InstanceId id) : id_(id), hub_(loop) { hub_.update({}); }

net::Task<Result<void>> MemoryDiscovery::publish(Record record) {
  if (auto checked = check_key(record); !checked) co_return std::unexpected(std::move(checked.error()));
  Snapshot next = hub_.snapshot();
  auto key = key_of(record);
  next.insert_or_assign(std::move(key), std::move(record));
  hub_.update(std::move(next));
  co_return Result<void>{};
}

net::Task<Result<void>> MemoryDiscovery::withdraw(std::string key) {
  Snapshot next = hub_.snapshot();
  next.erase(key);
  hub_.update(std::move(next));
  co_return Result<void>{};
}

}  // namespace dynamo::discovery
