#pragma once

#include "discovery/discovery.h"

namespace dynamo::discovery {

/// Discovery within one process: for tests, and for a frontend and workers that run together.
class MemoryDiscovery final : public Discovery {
 public:
  explicit MemoryDiscovery(net::Loop& loop, InstanceId id = random_instance_id());

  InstanceId instance_id() const override { return id_; }
  net::Task<Result<void>> publish(Record record) override;
  net::Task<Result<void>> withdraw(std::string key) override;
  std::unique_ptr<Subscription> watch(Listener listener) override {
    return hub_.subscribe(std::move(listener));
  }
  net::Task<void> close() override { co_return; }

 private:
  InstanceId id_;
  WatchHub hub_;
};

}  // namespace dynamo::discovery
