#pragma once

#include <memory>
#include <stop_token>

#include "base/environment.h"
#include "engine/http_engine.h"

namespace dynamo::process {
class Process;
}

namespace dynamo::engine {

struct SupervisedEngineOptions {
  /// The command. {port}, {host}, {model} and {path} in its words are replaced: by a free port of the
  /// loopback interface that is found at each start, by its address, by the served model, and by where its
  /// files are.
  std::vector<std::string> command;
  std::string model_path;
  Environment environment;
  std::optional<net::Url> url;                     // where it will listen, when that is fixed in the command
  Duration stop_grace = std::chrono::seconds{20};  // from SIGTERM to SIGKILL
  HttpEngineOptions http;                          // its `url` is filled in
};

/// Replaces {port}, {host}, {model} and {path}. Errors: invalid, for a command that is empty, or says nothing
/// of {port} while no URL is given.
Result<std::vector<std::string>> expand_command(const SupervisedEngineOptions& options, std::uint16_t port);

/// A free TCP port of 127.0.0.1, free at least just now.
Result<std::uint16_t> find_free_port(net::Loop& loop);

/// An OpenAI server that is started here and lives as long as this engine: when it exits, this engine has
/// ended. Its output goes where ours goes. It gets SIGTERM at the end, then its whole process group SIGKILL;
/// and SIGKILL from the kernel when we die.
class SupervisedEngine final : public Engine {
 public:
  SupervisedEngine(net::Loop& loop, SupervisedEngineOptions options);
  ~SupervisedEngine() override;

  /// Between our finding a port and the server's taking it somebody else may take it; then the server is
  /// started again, at another one. Errors also: not_found and forbidden (the command), unavailable (it
  /// exited before it was ready).
  net::Task<Result<void>> start(std::stop_token stop) override;
  const EngineInfo& info() const noexcept override;
  net::Task<Result<std::unique_ptr<Answer>>> generate(Generate request) override;
  net::Task<Result<void>> check() override;
  net::Task<std::string> metrics() override;
  net::Task<void> stop() override;
  /// The process; 0 when there is none.
  int pid() const noexcept;

 private:
  net::Task<Result<void>> start_once(std::stop_token stop);
  Result<void> launch();
  net::Task<void> watch_exit();
  /// Whether the process has ended and somebody else has the port that was meant for it.
  bool lost_its_port() const;

  net::Loop& loop_;
  SupervisedEngineOptions options_;
  std::unique_ptr<process::Process> process_;
  std::unique_ptr<HttpEngine> http_;
  std::uint16_t port_ = 0;
  bool ready_ = false;
  std::stop_source exited_;  // asked for when the process has exited
  net::TaskGroup tasks_;
};

}  // namespace dynamo::engine
