#include "kube/client.h"

#include <fmt/format.h>

#include "kube/retry.h"
#include "kube/status.h"

namespace dynamo::kube {
namespace {

constexpr Duration kDefaultTimeout = std::chrono::seconds{30};
constexpr Duration kBodyTimeout = std::chrono::seconds{30};  // longest silence inside an answer
/// A watch that stays silent for this much longer than the server promised to end it is dead.
constexpr Duration kWatchSlack = std::chrono::seconds{30};
constexpr std::size_t kMaxErrorBody = 1u << 20;
constexpr std::int64_t kPage = 500;

net::HttpClientOptions http_options(const ClientConfig& config, std::shared_ptr<net::TlsContext> tls) {
  net::HttpClientOptions options;
  options.tls = std::move(tls);
  options.user_agent = config.user_agent;
  return options;
}

/// Items of a list carry no apiVersion and kind of their own; they follow from the list's.
void name_items(ObjectList& list, const Resource& resource) {
  for (Object& item : list.items) {
    if (!item.contains("kind")) item["kind"] = resource.kind;
    if (!item.contains("apiVersion")) item["apiVersion"] = resource.api_version();
  }
}

Result<ObjectList> to_list(Object document, const Resource& resource) {
  ObjectList list;
  list.resource_version = json::string_at(document, {"metadata", "resourceVersion"});
  list.continue_token = json::string_at(document, {"metadata", "continue"});
  json::value* items = document.if_contains("items");
  if (items == nullptr || items->is_null()) return list;
  if (!items->is_array()) return fail(Errc::invalid, "a list's items must be an array");
  list.items.reserve(items->get_array().size());
  for (json::value& item : items->get_array()) {
    if (!item.is_object()) return fail(Errc::invalid, "a list's items must be objects");
    list.items.push_back(std::move(item.get_object()));
  }
  name_items(list, resource);
  return list;
}

}  // namespace

net::Task<Result<std::optional<WatchEvent>>> Watch::next() {
  for (;;) {
    auto event = decoder_.next();
    if (!event || *event) co_return event;
    const auto bytes = co_await response_->read();
    if (!bytes) co_return std::unexpected(bytes.error());
    if (bytes->empty()) co_return std::nullopt;
    decoder_.feed(*bytes);
  }
}

Result<std::unique_ptr<Client>> Client::make(net::Loop& loop, ClientConfig config) {
  std::shared_ptr<net::TlsContext> tls;
  if (config.server.tls) {
    auto made = net::TlsContext::client(config.tls);
    if (!made) return context("certificates for the API server", std::move(made.error()));
    tls = std::move(*made);
  }
  return std::unique_ptr<Client>(new Client(loop, std::move(config), std::move(tls)));
}

Client::Client(net::Loop& loop, ClientConfig config, std::shared_ptr<net::TlsContext> tls)
    : loop_(loop), config_(std::move(config)), http_(loop, http_options(config_, std::move(tls))) {}

Result<net::HttpClientRequest> Client::to_http(const ApiRequest& request) {
  net::HttpClientRequest http;
  http.method = request.method;
  http.url = config_.server;
  if (http.url.target.ends_with('/')) http.url.target.pop_back();
  http.url.target += request.target();
  http.headers.set("Accept", request.accept);
  if (!request.content_type.empty()) http.headers.set("Content-Type", request.content_type);
  auto token = config_.token.get();
  if (!token) return std::unexpected(token.error());
  if (!token->empty()) http.headers.set("Authorization", "Bearer " + *token);
  http.body = request.body;
  return http;
}

net::Task<Result<Client::Answer>> Client::open(ApiRequest request, CallOptions call,
                                               std::optional<Duration> idle_timeout) {
  const TimePoint deadline = call.deadline.value_or(loop_.now() + kDefaultTimeout);
  for (int attempt = 0;; ++attempt) {
    auto http = to_http(request);
    if (!http) co_return context(request.what, std::move(http.error()));
    http->deadline = deadline;
    http->idle_timeout = idle_timeout;
    http->stop = call.stop;
    auto answer = co_await http_.send(std::move(*http));
    if (!answer) co_return context(request.what, std::move(answer.error()));
    const int status = (*answer)->status();
    if (status < 400) co_return std::move(*answer);
    const auto wait = retry_delay(status, (*answer)->headers().get("Retry-After"), attempt);
    const auto body = co_await (*answer)->read_all(kMaxErrorBody);
    answer->reset();
    if (!wait || loop_.now() + *wait > deadline) {
      co_return context(request.what, error_from_answer(status, body.value_or(std::string())));
    }
    const bool slept = co_await loop_.sleep_for(*wait, call.stop);
    if (!slept) co_return context(request.what, Error{Errc::cancelled, "stopped"});
  }
}

net::Task<Result<json::value>> Client::send(ApiRequest request, CallOptions call) {
  const std::string what = request.what.empty() ? request.method + " " + request.path : request.what;
  request.what = what;
  auto answer = co_await open(std::move(request), std::move(call), kBodyTimeout);
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  const auto body = co_await (*answer)->read_all();
  if (!body) co_return context(what, body.error());
  auto document = json::parse(*body);
  if (!document) co_return context(what, std::move(document.error()));
  co_return std::move(*document);
}

net::Task<Result<Object>> Client::send_for_object(ApiRequest request, CallOptions call) {
  const std::string what = request.what;
  auto document = co_await send(std::move(request), std::move(call));
  if (!document) co_return std::unexpected(std::move(document.error()));
  if (!document->is_object()) co_return fail(Errc::invalid, what + ": the answer is not an object");
  co_return std::move(document->get_object());
}

net::Task<Result<Object>> Client::get(Resource resource, NamespacedName key, CallOptions call) {
  return send_for_object(get_request(resource, key), std::move(call));
}

net::Task<Result<ObjectList>> Client::list(Resource resource, std::string ns, ListOptions options,
                                           CallOptions call) {
  auto document = co_await send_for_object(list_request(resource, ns, options), std::move(call));
  if (!document) co_return std::unexpected(std::move(document.error()));
  co_return to_list(std::move(*document), resource);
}

net::Task<Result<ObjectList>> Client::list_all(Resource resource, std::string ns, ListOptions options,
                                               CallOptions call) {
  if (options.limit <= 0) options.limit = kPage;
  ObjectList all;
  for (;;) {
    auto page = co_await list(resource, ns, options, call);
    if (!page && page.error().code == Errc::gone && !options.continue_token.empty()) {
      options.continue_token.clear();
      options.limit = 0;
      all.items.clear();
      continue;
    }
    if (!page) co_return std::unexpected(std::move(page.error()));
    all.resource_version = std::move(page->resource_version);
    std::ranges::move(page->items, std::back_inserter(all.items));
    if (page->continue_token.empty()) co_return all;
    options.continue_token = std::move(page->continue_token);
    options.resource_version.clear();  // the token carries it
  }
}

net::Task<Result<std::unique_ptr<Watch>>> Client::watch(Resource resource, std::string ns,
                                                        WatchOptions options, std::stop_token stop) {
  const CallOptions call{.stop = std::move(stop), .deadline = {}};
  auto answer = co_await open(watch_request(resource, ns, options), call, options.timeout + kWatchSlack);
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  co_return std::make_unique<Watch>(std::move(*answer));
}

net::Task<Result<Object>> Client::create(Resource resource, Object object, WriteOptions options,
                                         CallOptions call) {
  return send_for_object(create_request(resource, object, options), std::move(call));
}

net::Task<Result<Object>> Client::update(Resource resource, Object object, WriteOptions options,
                                         CallOptions call) {
  return send_for_object(update_request(resource, object, options), std::move(call));
}

net::Task<Result<Object>> Client::patch(Resource resource, NamespacedName key, PatchKind kind,
                                        json::value patch, WriteOptions options, CallOptions call) {
  return send_for_object(patch_request(resource, key, kind, patch, options), std::move(call));
}

net::Task<Result<Object>> Client::apply(Resource resource, Object object, ApplyOptions options,
                                        CallOptions call) {
  return send_for_object(apply_request(resource, object, options), std::move(call));
}

net::Task<Result<Object>> Client::remove(Resource resource, NamespacedName key, DeleteOptions options,
                                         CallOptions call) {
  return send_for_object(delete_request(resource, key, options), std::move(call));
}

net::Task<Result<std::int64_t>> Client::replicas(Resource resource, NamespacedName key, CallOptions call) {
  const auto scale = co_await send_for_object(get_request(resource, key, "scale"), std::move(call));
  if (!scale) co_return std::unexpected(scale.error());
  co_return int_at(*scale, {"spec", "replicas"}).value_or(0);
}

net::Task<Result<void>> Client::scale(Resource resource, NamespacedName key, std::int64_t to,
                                      CallOptions call) {
  const json::value change{{"spec", {{"replicas", to}}}};
  WriteOptions options;
  options.subresource = "scale";
  const auto scaled = co_await send_for_object(
      patch_request(resource, key, PatchKind::merge, change, options), std::move(call));
  if (!scaled) co_return std::unexpected(scaled.error());
  co_return Result<void>{};
}

net::Task<Result<std::unique_ptr<LogStream>>> Client::logs(NamespacedName pod, LogOptions options,
                                                           std::stop_token stop) {
  const CallOptions call{.stop = std::move(stop), .deadline = {}};
  auto answer = co_await open(log_request(pod, options), call, std::nullopt);
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  co_return std::make_unique<LogStream>(std::move(*answer));
}

}  // namespace dynamo::kube
