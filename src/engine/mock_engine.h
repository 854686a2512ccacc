#pragma once

#include <map>

#include "base/clock.h"
#include "engine/engine.h"
#include "engine/mock_scheduler.h"
#include "engine/pacer.h"

namespace dynamo::engine {

struct MockOptions {
  MockLimits limits;
  double speedup = 1;  // 0 = no waiting
  std::size_t default_max_tokens = 16;
  std::chrono::duration<double> startup_time{0};  // of pretended loading
  friend bool operator==(const MockOptions&, const MockOptions&) = default;
};

/// Answers with words that mean nothing, in the time that a GPU would take: the scheduler decides, this
/// waits. Log probabilities are not made up: they are null.
class MockEngine final : public Engine {
 public:
  MockEngine(net::Loop& loop, MockOptions options, std::unique_ptr<Pacer> pacer,
             const Clock& clock = Clock::system());

  net::Task<Result<void>> start(std::stop_token stop) override;
  const EngineInfo& info() const noexcept override { return info_; }
  net::Task<Result<std::unique_ptr<Answer>>> generate(Generate request) override;
  net::Task<Result<void>> check() override { co_return Result<void>{}; }
  std::optional<EngineLoad> load() const override;
  net::Task<std::string> metrics() override { co_return std::string{}; }
  net::Task<void> stop() override;

 private:
  class MockAnswer;
  struct Place {
    MockAnswer* answer;
    std::uint32_t choice;
    std::uint64_t seed;
  };
  Result<void> enqueue(MockAnswer& answer, const Generate& request);
  net::Task<void> drive();
  void deliver(const MockPass& pass);
  void forget(SequenceId id);

  net::Loop& loop_;
  MockOptions options_;
  EngineInfo info_;
  MockScheduler scheduler_;
  std::unique_ptr<Pacer> pacer_;
  const Clock& clock_;
  std::map<SequenceId, Place> places_;
  std::uint64_t next_id_ = 0;
  net::Event work_;
  net::TaskGroup tasks_;
};

}  // namespace dynamo::engine
