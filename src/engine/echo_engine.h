#pragma once

#include "base/clock.h"
#include "engine/engine.h"
#include "engine/pacer.h"

namespace dynamo::engine {

struct EchoOptions {
  Duration interval{0};  // between words
  friend bool operator==(const EchoOptions&, const EchoOptions&) = default;
};

/// Says the last message (or the prompt) back, word by word.
class EchoEngine final : public Engine {
 public:
  EchoEngine(EchoOptions options, std::unique_ptr<Pacer> pacer, const Clock& clock = Clock::system());

  net::Task<Result<void>> start(std::stop_token) override { co_return Result<void>{}; }
  const EngineInfo& info() const noexcept override { return info_; }
  net::Task<Result<std::unique_ptr<Answer>>> generate(Generate request) override;
  net::Task<Result<void>> check() override { co_return Result<void>{}; }
  net::Task<std::string> metrics() override { co_return std::string{}; }
  net::Task<void> stop() override { co_return; }

 private:
  class EchoAnswer;
  EchoOptions options_;
  EngineInfo info_{.kind = "echo"};
  std::unique_ptr<Pacer> pacer_;
  const Clock& clock_;
};

}  // namespace dynamo::engine
