#include "apiserver/server.h"

#include <filesystem>
#include <sys/stat.h>

#include "api/crd.h"
#include "apiserver/api_error.h"
#include "apiserver/authenticator.h"
#include "apiserver/credentials.h"
#include "apiserver/definitions.h"
#include "apiserver/encoding.h"
#include "apiserver/front_desk.h"
#include "apiserver/janitor.h"
#include "apiserver/object_writes.h"
#include "base/yaml.h"
#include "kube/status.h"

namespace dynamo::apiserver {
namespace {

constexpr std::size_t kMaxBody = 3u << 20;  // bytes, as a real server limits objects

Result<void> make_folder(const std::string& folder) {
  if (folder.empty()) return {};
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return fail(Errc::io, fmt::format("making {}: {}", folder, error.message()));
  ::chmod(folder.c_str(), 0700);  // objects hold secrets
  return {};
}

std::string kubeconfig_text(const std::string& url, const std::string& authority, const std::string& user,
                            const std::string& token, const std::string& ns) {
  const json::object cluster{{"server", url}, {"certificate-authority-data", encode_base64(authority)}};
  const json::object context{{"cluster", "dynamo"}, {"user", user}, {"namespace", ns}};
  return yaml::emit(json::object{
      {"apiVersion", "v1"},
      {"kind", "Config"},
      {"clusters", json::array{json::object{{"name", "dynamo"}, {"cluster", cluster}}}},
      {"users", json::array{json::object{{"name", user}, {"user", json::object{{"token", token}}}}}},
      {"contexts", json::array{json::object{{"name", "dynamo"}, {"context", context}}}},
      {"current-context", "dynamo"},
  });
}

/// What the HTTP layer refuses by itself is answered with a Status too.
net::HttpResponse refuse(int status, std::string message) {
  Error error = bad_request(std::move(message));
  json::object body = kube::make_status(error);
  body["code"] = status;
  body["reason"] = kube::reason_of(errc_from_http(status));
  return net::HttpResponse{status, {{"Content-Type", "application/json"}}, json::dump(body) + "\n"};
}

}  // namespace

struct Server::Impl {
  Impl(net::Loop& on, ServerOptions with, Credentials made, std::unique_ptr<Store> opened)
      : loop(on),
        options(std::move(with)),
        credentials(std::move(made)),
        store(std::move(opened)),
        authenticator(credentials.admin_token, credentials.signing_key, *store, *options.clock),
        writes(*store, registry, *options.clock),
        janitor(on, *store, registry, writes, *options.clock),
        desk(FrontDesk::Parts{on, *store, registry, writes, authenticator, *options.clock, options.logs}),
        background(on) {}

  net::Task<Result<void>> make_what_must_exist();
  Result<void> listen();

  net::Loop& loop;
  ServerOptions options;
  Credentials credentials;
  std::unique_ptr<Store> store;
  Registry registry;
  Authenticator authenticator;
  ObjectWrites writes;
  Janitor janitor;
  FrontDesk desk;
  net::TaskGroup background;
  std::unique_ptr<net::HttpServer> http;
  net::Endpoint endpoint;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::open(net::Loop& loop, ServerOptions options) {
  const bool kept = !options.data_dir.empty();
  if (auto made = make_folder(options.data_dir); !made) return std::unexpected(made.error());
  std::vector<std::string> hosts{"localhost", "127.0.0.1", "::1", options.listen.address,
                                 "kubernetes.default.svc"};
  hosts.insert(hosts.end(), options.extra_hosts.begin(), options.extra_hosts.end());
  auto credentials = load_credentials(kept ? options.data_dir + "/credentials.json" : "", hosts);
  if (!credentials) return std::unexpected(credentials.error());
  auto store = Store::open(loop, {.file = kept ? options.data_dir + "/state.db" : ""});
  if (!store) return std::unexpected(store.error());
  return std::unique_ptr<Server>(new Server(
      std::make_unique<Impl>(loop, std::move(options), std::move(*credentials), std::move(*store))));
}

net::Task<Result<void>> Server::Impl::make_what_must_exist() {
  for (const auto& definition :
       store->list(kube::resources::kCustomResourceDefinitions.group_resource(), "")) {
    registry.put_definition(*definition);
  }
  const KindPtr namespaces = registry.find("", "v1", "namespaces");
  for (const auto name : {"default", "kube-system", "kube-public"}) {
    Object ns = kube::make_object(namespaces->resource, {"", name});
    const Result<void> made = co_await writes.ensure(namespaces, std::move(ns));
    if (!made) co_return context(fmt::format("making namespace {}", name), made.error());
  }
  const KindPtr definitions = registry.find("apiextensions.k8s.io", "v1", "customresourcedefinitions");
  auto ours = api::crd_documents();
  for (auto& definition : ours) {
    const std::string name(kube::name_of(definition));
    const Result<void> made = co_await writes.ensure_current(definitions, std::move(definition));
    if (!made) co_return context(fmt::format("making {}", name), made.error());
  }
  co_return Result<void>{};
}

Result<void> Server::Impl::listen() {
  auto tls = net::TlsContext::server(
      {.certificate_pem = credentials.server.certificate_pem, .key_pem = credentials.server.key_pem});
  if (!tls) return context("server certificate", tls.error());
  const net::HttpServerOptions http_options{.max_body = kMaxBody, .tls = std::move(*tls), .refuse = refuse};
  http = std::make_unique<net::HttpServer>(
      loop, [this](net::HttpRequest& request, net::HttpResponder& out) { return desk.serve(request, out); },
      http_options);
  auto at = http->listen(options.listen);
  if (!at) return std::unexpected(at.error());
  endpoint = *at;
  return {};
}

net::Task<Result<net::Endpoint>> Server::start() {
  const Result<void> made = co_await impl_->make_what_must_exist();
  if (!made) co_return std::unexpected(made.error());
  const Result<void> listening = impl_->listen();
  if (!listening) co_return std::unexpected(listening.error());
  impl_->background.spawn(impl_->janitor.run(impl_->background.stop_token()));
  co_return impl_->endpoint;
}

net::Task<void> Server::stop(TimePoint deadline) {
  impl_->desk.end_streams();
  if (impl_->http) co_await impl_->http->stop(deadline);
  impl_->background.request_stop();
  co_await impl_->background.join();
}

const net::Endpoint& Server::endpoint() const { return impl_->endpoint; }
const std::string& Server::admin_token() const { return impl_->credentials.admin_token; }
const std::string& Server::authority_pem() const { return impl_->credentials.authority.certificate_pem; }
const std::optional<std::string>& Server::kept_aside() const { return impl_->store->kept_aside(); }
std::string Server::metrics() const { return impl_->desk.metrics(); }

std::string Server::kubeconfig(const std::string& user, const std::string& ns) const {
  const std::string token =
      user == "admin" ? admin_token() : impl_->authenticator.issue_component_token(user);
  return kubeconfig_text("https://" + impl_->endpoint.to_string(), authority_pem(), user, token, ns);
}

Result<std::string> Server::account_kubeconfig(const std::string& ns, const std::string& account) const {
  constexpr std::chrono::hours kLifetime{24 * 365};
  const ObjectPtr object = impl_->store->get(Key{"serviceaccounts", ns, account});
  if (!object) return std::unexpected(object_not_found(kube::resources::kServiceAccounts, account));
  const auto issued = impl_->authenticator.issue_account_token(*object, kLifetime);
  return kubeconfig_text("https://" + impl_->endpoint.to_string(), authority_pem(), account, issued.token,
                         ns);
}

}  // namespace dynamo::apiserver
