#include "up/platform.h"

#include <array>
#include <charconv>
#include <filesystem>

#include "api/kinds.h"
#include "base/file.h"
#include "kube/kubeconfig.h"
#include "operator/resources.h"

namespace dynamo::up {
namespace {

constexpr const char* kNodeName = "localhost";
constexpr std::chrono::seconds kServerStopTimeout{2};

/// Passed to pods as they are.
constexpr std::array kUserVariables{"PATH",
                                    "HOME",
                                    "USER",
                                    "LOGNAME",
                                    "LANG",
                                    "LC_ALL",
                                    "TZ",
                                    "HTTP_PROXY",
                                    "HTTPS_PROXY",
                                    "NO_PROXY",
                                    "http_proxy",
                                    "https_proxy",
                                    "no_proxy",
                                    "HF_HOME",
                                    "HF_TOKEN",
                                    "HF_ENDPOINT",
                                    "HF_HUB_OFFLINE",
                                    "LD_LIBRARY_PATH",
                                    "XDG_CACHE_HOME",
                                    "SSL_CERT_FILE",
                                    "DYN_LOG",
                                    "DYN_LOGGING_JSONL",
                                    "ASAN_OPTIONS",
                                    "UBSAN_OPTIONS",
                                    "TSAN_OPTIONS",
                                    "LSAN_OPTIONS"};

std::optional<std::uint16_t> read_port(const std::string& path) {
  const auto text = read_file(path);
  if (!text) return std::nullopt;
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), port);
  if (error != std::errc{} || port == 0) return std::nullopt;
  return port;
}

/// All kinds of the group nvidia.com: what they own is cleaned up after them, and they after their owners.
std::vector<kube::Resource> our_kinds() {
  std::vector<kube::Resource> out;
  for (const api::KindInfo& kind : api::kinds()) {
    out.push_back({"nvidia.com", "v1alpha1", std::string(kind.plural), std::string(kind.kind), true});
  }
  return out;
}

Result<void> make_folder(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error) std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
  if (error) return std::unexpected(system_error(fmt::format("making {}", path.string()), error.value()));
  return {};
}

}  // namespace

Environment pod_environment(const Environment& user) {
  Environment out;
  for (const char* name : kUserVariables) {
    if (const auto value = user.get(name)) out.set(name, std::string(*value));
  }
  return out;
}

/// Hands log requests to the node, once there is one.
struct Platform::Logs final : apiserver::LogSource {
  struct Stream final : apiserver::LogStream {
    explicit Stream(std::unique_ptr<node::LogReader> from) : reader(std::move(from)) {}
    net::Task<Result<std::string_view>> read() override { return reader->read(); }
    std::unique_ptr<node::LogReader> reader;
  };

  net::Task<Result<std::unique_ptr<apiserver::LogStream>>> open(apiserver::LogRequest request) override {
    if (store == nullptr) co_return fail(Errc::unavailable, "the node is not there yet");
    node::LogQuery query{.pod_uid = request.pod_uid,
                         .container = request.container,
                         .follow = request.follow,
                         .previous = request.previous,
                         .timestamps = request.timestamps,
                         .tail_lines = request.tail_lines,
                         .since = {},
                         .limit_bytes = request.limit_bytes,
                         .stop = request.stop};
    if (request.since_seconds) {
      query.since = Clock::system().wall_now() - std::chrono::seconds{*request.since_seconds};
    }
    auto reader = store->open(std::move(query));
    if (!reader) co_return std::unexpected(std::move(reader.error()));
    co_return std::make_unique<Stream>(std::move(*reader));
  }

  node::LogStore* store = nullptr;
};

Result<std::unique_ptr<Platform>> Platform::open(net::Loop& loop, PlatformOptions options,
                                                 telemetry::Logger log) {
  if (auto made = make_folder(options.state.root); !made) return std::unexpected(std::move(made.error()));
  auto lock = Lock::take(options.state.lock().string());
  if (!lock) return std::unexpected(std::move(lock.error()));
  auto addresses = AddressBlock::claim(preferred_address_block(options.state));
  if (!addresses) return std::unexpected(std::move(addresses.error()));
  auto publisher = Publisher::open(loop, options.port);
  if (!publisher) return std::unexpected(std::move(publisher.error()));
  return std::unique_ptr<Platform>(new Platform(loop, std::move(options), std::move(log), std::move(*lock),
                                                std::move(*addresses), std::move(*publisher)));
}

Platform::Platform(net::Loop& loop, PlatformOptions options, telemetry::Logger log, Lock lock,
                   AddressBlock addresses, std::unique_ptr<Publisher> publisher)
    : loop_(loop),
      options_(std::move(options)),
      log_(std::move(log)),
      lock_(std::move(lock)),
      addresses_(std::move(addresses)),
      publisher_(std::move(publisher)),
      logs_(std::make_unique<Logs>()),
      changed_(loop),
      node_tasks_(loop),
      tasks_(loop) {
  tasks_.spawn(publisher_->run(tasks_.stop_token()));
}

Platform::~Platform() = default;

std::string Platform::folder() const {
  return options_.ephemeral ? (options_.state.root / "ephemeral").string() : options_.state.node().string();
}

std::string Platform::server_url() const { return "https://" + server_->endpoint().to_string(); }

net::Task<Result<void>> Platform::start() {
  auto started = co_await start_server();
  if (started) started = co_await start_node();
  if (!started) co_return started;
  start_controllers();
  start_views();
  const bool graphs_known = co_await graphs_->wait_synced(tasks_.stop_token());
  const bool pods_known = co_await pods_->wait_synced(tasks_.stop_token());
  if (!graphs_known || !pods_known) co_return fail(Errc::cancelled, "stopped while starting");
  write_status();
  co_return Result<void>{};
}

/// At the port of last time where that is free, so that a kubeconfig that somebody has copied stays good.
net::Task<Result<void>> Platform::start_server() {
  const std::string port_file = (options_.state.root / "apiserver.port").string();
  const auto port_before = read_port(port_file);
  auto started = co_await start_server_at(port_before.value_or(0));
  const bool taken = !started && started.error().code == Errc::already_exists && port_before;
  if (taken) started = co_await start_server_at(0);
  if (!started) co_return started;
  const std::string port = std::to_string(server_->endpoint().port);
  if (auto written = write_file(port_file, port, 0600); !written) co_return written;
  co_return write_file(options_.state.kubeconfig().string(), server_->kubeconfig(), 0600);
}

net::Task<Result<void>> Platform::start_server_at(std::uint16_t port) {
  apiserver::ServerOptions options;
  if (!options_.ephemeral) options.data_dir = options_.state.apiserver().string();
  options.listen = {"127.0.0.1", port};
  options.logs = logs_.get();
  auto server = apiserver::Server::open(loop_, std::move(options));
  if (!server) co_return context("the API server", std::move(server.error()));
  const auto endpoint = co_await (*server)->start();
  if (!endpoint) co_return context("the API server", endpoint.error());
  server_ = std::move(*server);
  co_return Result<void>{};
}

Result<std::unique_ptr<kube::Client>> Platform::client_of(const std::string& user) const {
  const auto parsed = kube::parse_kubeconfig(server_->kubeconfig(user), options_.state.kubeconfig().string());
  if (!parsed) return std::unexpected(parsed.error());
  auto config = kube::resolve_kubeconfig(*parsed, "", kube::read_text_file);
  if (!config) return std::unexpected(std::move(config.error()));
  return kube::Client::make(loop_, std::move(*config));
}

net::Task<Result<void>> Platform::start_node() {
  struct Part {
    const char* user;
    std::unique_ptr<kube::Client>& client;
  };
  for (const auto& [user, client] :
       {Part{"admin", admin_}, Part{"dynamo-controllers", controllers_client_},
        Part{"dynamo-operator", operator_client_}, Part{"dynamo-node", node_client_}}) {
    auto made = client_of(user);
    if (!made) co_return context(user, std::move(made.error()));
    client = std::move(*made);
  }
  node::AgentOptions options;
  options.node_name = kNodeName;
  options.state_folder = folder();
  options.dynamo = options_.dynamo;
  options.reaper = {"/proc/self/exe", "pod-reaper"};
  options.environment = pod_environment(options_.environment);
  options.address_block = addresses_.number();
  options.engine_mode = options_.engine;
  options.server = server_url();
  options.ca_pem = server_->authority_pem();
  options.version = options_.version;
  options.failed = [log = log_.with_target("node")](std::string_view what, const Error& why) {
    log.warn("failed, and will be tried again", {{"what", what}, {"error", why.message}});
  };
  agent_ = std::make_unique<node::Agent>(*node_client_, std::move(options));
  auto registered = co_await agent_->register_node(node_tasks_.stop_token());
  if (!registered) co_return context("the node", std::move(registered.error()));
  logs_->store = &agent_->logs();
  node_tasks_.spawn(agent_->run(node_tasks_.stop_token()));
  co_return Result<void>{};
}

void Platform::start_controllers() {
  controllers::ManagerOptions options;
  options.further_kinds = our_kinds();
  options.resync = options_.resync;
  options.failed = [log = log_.with_target("controllers")](
                       std::string_view controller, const kube::NamespacedName& key, const Error& why) {
    log.warn("reconciliation failed",
             {{"controller", controller}, {"object", key.to_string()}, {"error", why.message}});
  };
  controllers_ = std::make_unique<controllers::Manager>(*controllers_client_, std::move(options));
  operator_ = std::make_unique<operators::Manager>(
      *operator_client_, operators::ManagerOptions{.resync = options_.resync}, log_.with_target("operator"));
  tasks_.spawn(controllers_->run(tasks_.stop_token()));
  tasks_.spawn(operator_->run(tasks_.stop_token()));
}

void Platform::start_views() {
  graphs_ = std::make_unique<kube::Cache>(*admin_, operators::resources::kGraphs);
  pods_ = std::make_unique<kube::Cache>(*admin_, kube::resources::kPods);
  const auto note_change = [this](const kube::Change&) { changed_.set(); };
  publisher_->watch(*graphs_, *pods_, [this] {
    write_status();
    changed_.set();
  });
  graphs_->on_change(note_change);
  pods_->on_change(note_change);
  tasks_.spawn(graphs_->run(tasks_.stop_token()));
  tasks_.spawn(pods_->run(tasks_.stop_token()));
}

/// For the local commands: which graph is where.
void Platform::write_status() {
  json::object graphs;
  for (const auto& [graph, url] : urls()) graphs[graph.to_string()] = url;
  const json::object status{{"server", server_url()}, {"graphs", std::move(graphs)}};
  const auto written = write_file(options_.state.status().string(), json::dump(status) + "\n", 0600);
  if (!written) log_.warn("cannot write the status file", {{"error", written.error().message}});
}

net::Task<void> Platform::stop() {
  node_tasks_.request_stop();
  co_await node_tasks_.join();
  tasks_.request_stop();
  co_await tasks_.join();
  if (server_) co_await server_->stop(loop_.now() + kServerStopTimeout);
  std::error_code ignored;
  std::filesystem::remove(options_.state.status(), ignored);
  if (!options_.ephemeral) co_return;
  std::filesystem::remove_all(folder(), ignored);
  std::filesystem::remove(options_.state.kubeconfig(), ignored);
}

}  // namespace dynamo::up
