#include "engine/supervised_engine.h"

#include <unistd.h>

#include "net/stream.h"
#include "process/process.h"

namespace dynamo::engine {
namespace {

constexpr std::string_view kHost = "127.0.0.1";
constexpr int kMaxPorts = 3;  // tried in a row

bool replace_all(std::string& text, std::string_view what, std::string_view with) {
  bool any = false;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
    any = true;
  }
  return any;
}

}  // namespace

Result<std::vector<std::string>> expand_command(const SupervisedEngineOptions& options, std::uint16_t port) {
  if (options.command.empty()) return fail(Errc::invalid, "the engine command is empty");
  std::vector<std::string> out = options.command;
  bool names_port = false;
  for (std::string& word : out) {
    names_port |= replace_all(word, "{port}", fmt::format("{}", port));
    replace_all(word, "{host}", kHost);
    replace_all(word, "{model}", options.http.served_model);
    replace_all(word, "{path}", options.model_path);
  }
  if (!names_port && !options.url) {
    return fail(Errc::invalid,
                "the engine command must contain {port}, or --engine-url must say where it listens");
  }
  return out;
}

Result<std::uint16_t> find_free_port(net::Loop& loop) {
  auto listener = net::Listener::open(loop, {std::string(kHost), 0});
  if (!listener) return context("finding a free port", std::move(listener.error()));
  const std::uint16_t port = (*listener)->endpoint().port;
  (*listener)->close();
  return port;
}

SupervisedEngine::SupervisedEngine(net::Loop& loop, SupervisedEngineOptions options)
    : loop_(loop), options_(std::move(options)), tasks_(loop) {}

SupervisedEngine::~SupervisedEngine() = default;

int SupervisedEngine::pid() const noexcept { return process_ ? process_->pid() : 0; }

Result<void> SupervisedEngine::launch() {
  const auto port = find_free_port(loop_);
  if (!port) return std::unexpected(port.error());
  auto command = expand_command(options_, *port);
  if (!command) return std::unexpected(std::move(command.error()));
  port_ = *port;
  HttpEngineOptions http = options_.http;
  http.url = options_.url ? *options_.url : net::Url{.host = std::string(kHost), .port = *port, .target = ""};

  process::LaunchSpec spec;
  spec.argv = std::move(*command);
  spec.environment = options_.environment;
  spec.output = STDOUT_FILENO;
  spec.error = STDERR_FILENO;
  auto process = process::Process::start(loop_, spec);
  if (!process) return context("starting the engine", std::move(process.error()));
  process_ = std::move(*process);
  http_ = std::make_unique<HttpEngine>(loop_, std::move(http));
  tasks_.spawn(watch_exit());
  return {};
}

net::Task<void> SupervisedEngine::watch_exit() {
  const auto status = co_await process_->wait(tasks_.stop_token());
  if (!status || tasks_.stop_token().stop_requested()) co_return;  // stop() ends it
  exited_.request_stop();
  if (!ready_) co_return;  // start() says so
  tell_ended(Error{Errc::unavailable, "the engine ended with " + status->to_string(), nullptr});
}

net::Task<Result<void>> SupervisedEngine::start(std::stop_token stop) {
  for (int port = 1;; ++port) {
    auto ready = co_await start_once(stop);
    if (ready || port == kMaxPorts || stop.stop_requested() || !lost_its_port()) co_return ready;
    co_await tasks_.join();
  }
}

net::Task<Result<void>> SupervisedEngine::start_once(std::stop_token stop) {
  exited_ = {};
  if (auto launched = launch(); !launched) co_return launched;
  const std::stop_callback give_up(stop, [this] { exited_.request_stop(); });
  auto ready = co_await http_->start(exited_.get_token());
  if (const auto& status = process_->status()) {
    co_return fail(Errc::unavailable,
                   fmt::format("the engine ended with {} before it was ready", status->to_string()));
  }
  ready_ = ready.has_value();
  co_return ready;
}

bool SupervisedEngine::lost_its_port() const {
  if (options_.url || !process_ || !process_->status()) return false;
  const auto again = net::Listener::open(loop_, {std::string(kHost), port_});
  return !again && again.error().code == Errc::already_exists;
}

const EngineInfo& SupervisedEngine::info() const noexcept {
  static const EngineInfo nothing_yet{.kind = "http"};
  return http_ ? http_->info() : nothing_yet;
}

net::Task<Result<std::unique_ptr<Answer>>> SupervisedEngine::generate(Generate request) {
  auto answer = co_await http_->generate(std::move(request));
  co_return answer;
}

net::Task<Result<void>> SupervisedEngine::check() {
  auto answered = co_await http_->check();
  co_return answered;
}

net::Task<std::string> SupervisedEngine::metrics() {
  auto text = co_await http_->metrics();
  co_return text;
}

net::Task<void> SupervisedEngine::stop() {
  tasks_.request_stop();
  if (process_) co_await process_->terminate(options_.stop_grace);
  co_await tasks_.join();
}

}  // namespace dynamo::engine
