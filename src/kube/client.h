#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "kube/config.h"
#include "kube/request.h"
#include "kube/watch_event.h"
#include "net/http_client.h"
#include "net/loop.h"

namespace dynamo::kube {

struct CallOptions {
  std::stop_token stop;
  std::optional<TimePoint> deadline;  // retries included; default 30 s from the call
};

/// One page of a list.
struct ObjectList {
  std::vector<Object> items;  // with apiVersion and kind, as if each had been read alone
  std::string resource_version;
  std::string continue_token;  // not empty: there is more
};

/// The changes of a collection, as they happen. Destroying it ends the watch.
class Watch {
 public:
  explicit Watch(std::unique_ptr<net::HttpClientResponse> response) : response_(std::move(response)) {}
  /// The next change; nothing when the server ended the watch: resume it from the last resourceVersion seen.
  /// Errors: gone (list again), cancelled, timeout, unavailable.
  net::Task<Result<std::optional<WatchEvent>>> next();

 private:
  std::unique_ptr<net::HttpClientResponse> response_;
  WatchDecoder decoder_;
};

/// The text of a container's log, in pieces as they come.
class LogStream {
 public:
  explicit LogStream(std::unique_ptr<net::HttpClientResponse> response) : response_(std::move(response)) {}
  /// Empty at the end; good until the next call.
  net::Task<Result<std::string_view>> read() { return response_->read(); }

 private:
  std::unique_ptr<net::HttpClientResponse> response_;
};

/// Speaks to one API server. Objects are untyped JSON; `Resource` says which path they live at.
/// Failures keep the server's `Status` in Error::details, and their message begins with what was asked for.
/// Answers that ask us to come back (429, Retry-After) are retried until the deadline. Threads: its loop's;
/// must outlive the calls under way.
class Client {
 public:
  /// Errors: invalid (certificates, server).
  static Result<std::unique_ptr<Client>> make(net::Loop& loop, ClientConfig config);

  net::Task<Result<Object>> get(Resource resource, NamespacedName key, CallOptions call = {});
  net::Task<Result<ObjectList>> list(Resource resource, std::string ns, ListOptions options = {},
                                     CallOptions call = {});
  /// All pages of `options.limit` objects (0 = 500) as one list. When the continue token expires midway it
  /// starts over, without pages.
  net::Task<Result<ObjectList>> list_all(Resource resource, std::string ns, ListOptions options = {},
                                         CallOptions call = {});
  net::Task<Result<std::unique_ptr<Watch>>> watch(Resource resource, std::string ns, WatchOptions options,
                                                  std::stop_token stop);

  net::Task<Result<Object>> create(Resource resource, Object object, WriteOptions options = {},
                                   CallOptions call = {});
  net::Task<Result<Object>> update(Resource resource, Object object, WriteOptions options = {},
                                   CallOptions call = {});
  net::Task<Result<Object>> patch(Resource resource, NamespacedName key, PatchKind kind, json::value patch,
                                  WriteOptions options = {}, CallOptions call = {});
  /// Server-side apply: `object` holds exactly the fields that we own.
  net::Task<Result<Object>> apply(Resource resource, Object object, ApplyOptions options,
                                  CallOptions call = {});
  /// The object as it is now (deleting), or a Status when it is gone at once.
  net::Task<Result<Object>> remove(Resource resource, NamespacedName key, DeleteOptions options = {},
                                   CallOptions call = {});

  /// `spec.replicas` through the scale subresource.
  net::Task<Result<std::int64_t>> replicas(Resource resource, NamespacedName key, CallOptions call = {});
  net::Task<Result<void>> scale(Resource resource, NamespacedName key, std::int64_t to,
                                CallOptions call = {});

  net::Task<Result<std::unique_ptr<LogStream>>> logs(NamespacedName pod, LogOptions options,
                                                     std::stop_token stop);

  /// Any request; the answer's body as JSON.
  net::Task<Result<json::value>> send(ApiRequest request, CallOptions call = {});

  net::Loop& loop() const noexcept { return loop_; }
  const std::string& default_namespace() const noexcept { return config_.default_namespace; }

 private:
  using Answer = std::unique_ptr<net::HttpClientResponse>;
  Client(net::Loop& loop, ClientConfig config, std::shared_ptr<net::TlsContext> tls);
  /// Sends, retries when asked to, and turns statuses of 400 and above into errors.
  net::Task<Result<Answer>> open(ApiRequest request, CallOptions call, std::optional<Duration> idle_timeout);
  net::Task<Result<Object>> send_for_object(ApiRequest request, CallOptions call);
  Result<net::HttpClientRequest> to_http(const ApiRequest& request);

  net::Loop& loop_;
  ClientConfig config_;
  net::HttpClient http_;
};

}  // namespace dynamo::kube
