#include "apiserver/front_desk.h"

#include "apiserver/access_reviews.h"
#include "apiserver/api_error.h"
#include "apiserver/discovery.h"
#include "apiserver/object_reads.h"
#include "apiserver/openapi.h"
#include "apiserver/pod_logs.h"
#include "apiserver/rbac.h"
#include "kube/status.h"

namespace dynamo::apiserver {
namespace {

constexpr std::string_view kProtoType = "application/com.github.proto-openapi.spec.v2";

/// The verb of RBAC; empty for a method that means nothing.
std::string verb_of(const net::HttpRequest& request, const RequestPath& path) {
  const auto& method = request.method;
  const bool one = !path.name.empty();
  if (method == "GET" || method == "HEAD") {
    if (request.query.has("watch") && request.query.flag("watch")) return "watch";
    return one ? "get" : "list";
  }
  if (method == "POST") return "create";
  if (method == "PUT" && one) return "update";
  if (method == "PATCH" && one) return "patch";
  if (method == "DELETE") return one ? "delete" : "deletecollection";
  return {};
}

/// The verb of the request counter, as a real server labels it.
std::string counted_verb(const std::string& verb, const net::HttpRequest& request) {
  if (verb == "create") return "POST";
  if (verb == "update") return "PUT";
  if (verb == "patch")
    return request.headers.get("Content-Type").starts_with("application/apply-patch") ? "APPLY" : "PATCH";
  std::string upper = verb;
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return upper;
}

net::HttpResponse response_of(Answer answer) {
  net::HttpResponse response{answer.code,
                             {{"Content-Type", answer.content_type}, {"Cache-Control", "no-cache, private"}},
                             std::move(answer.body)};
  for (const auto& warning : answer.warnings) {
    // A quoted string: quotes and backslashes are escaped as in JSON.
    response.headers.add("Warning", fmt::format("299 - {}", json::dump(json::value(warning))));
  }
  return response;
}

Answer answer_of(const Error& error) { return Answer::of(kube::make_status(error), answer_code(error)); }

Answer plain(std::string text) {
  return Answer{.body = std::move(text), .content_type = "text/plain; charset=utf-8"};
}

Outcome found(std::optional<Object> document) {
  if (!document) return std::unexpected(no_such_path());
  return Answer::of(*document);
}

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const auto slash = std::min(path.find('/'), path.size());
    if (slash > 0) parts.push_back(path.substr(0, slash));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return parts;
}

}  // namespace

net::Task<void> FrontDesk::serve(net::HttpRequest& request, net::HttpResponder& out) {
  Label label{request.method, ""};
  Outcome outcome = co_await route(request, out, label);
  if (!outcome) outcome = answer_of(outcome.error());
  Answer* answer = std::get_if<Answer>(&*outcome);
  counters_.count(label.verb, label.resource, answer == nullptr ? 200 : answer->code);
  if (answer == nullptr || out.started()) co_return;
  net::HttpResponse response = response_of(std::move(*answer));
  // The client may be gone by now; there is nobody left to tell.
  (void)co_await out.send(std::move(response));
}

net::Task<Outcome> FrontDesk::route(net::HttpRequest& request, net::HttpResponder& out, Label& label) {
  const auto user = parts_.authenticator.user_of(request.headers.get("Authorization"));
  if (auto done = document(request, user)) co_return std::move(*done);
  if (!user) co_return std::unexpected(unauthorized());
  const auto path = RequestPath::parse(request.path);
  const KindPtr kind = path ? parts_.registry.find(path->group, path->version, path->plural) : nullptr;
  if (!kind) co_return std::unexpected(no_such_path());
  const std::string verb = verb_of(request, *path);
  label = {counted_verb(verb, request), kind->resource.plural};
  if (verb.empty()) co_return std::unexpected(method_not_allowed());
  if (kind->resource.namespaced && path->ns.empty() && !path->name.empty())
    co_return std::unexpected(no_such_path());
  if (!kind->resource.namespaced && !path->ns.empty()) co_return std::unexpected(no_such_path());
  const AccessRequest wanted{verb, path->group, path->plural, path->subresource, path->ns, path->name};
  if (!is_allowed(parts_.store, *user, wanted)) {
    co_return std::unexpected(object_forbidden(kind->resource, path->name, refusal_text(*user, wanted)));
  }
  Call call{request, out, *path, kind, *user, stopping_.get_token()};
  Outcome done = co_await objects(std::move(call), verb);
  co_return done;
}

net::Task<Outcome> FrontDesk::objects(Call call, std::string verb) {
  Outcome out = std::unexpected(method_not_allowed());
  if (call.kind->created_only) {
    if (verb == "create")
      out = answer_review(parts_.store, parts_.authenticator, call, parts_.clock.wall_now());
  } else if (!call.path.subresource.empty()) {
    out = co_await subresource(call, verb);
  } else if (verb == "get") {
    out = get_object(parts_.store, parts_.clock, call);
  } else if (verb == "list") {
    out = list_objects(parts_.store, parts_.clock, call);
  } else if (verb == "watch") {
    out = co_await watch_objects(parts_.loop, parts_.store, parts_.clock, call);
  } else if (verb == "create" && call.path.name.empty()) {
    if (call.kind->resource.namespaced && call.path.ns.empty()) co_return out;
    out = co_await parts_.writes.create(call);
  } else if (verb == "update") {
    out = co_await parts_.writes.update(call);
  } else if (verb == "patch") {
    out = co_await parts_.writes.patch(call);
  } else if (verb == "delete") {
    out = co_await parts_.writes.remove(call);
  } else if (verb == "deletecollection") {
    out = co_await parts_.writes.remove_collection(call);
  }
  co_return out;
}

net::Task<Outcome> FrontDesk::subresource(Call call, std::string verb) {
  const std::string& which = call.path.subresource;
  Outcome out = std::unexpected(no_such_path());
  if (!call.kind->has(which)) {
    // exec, attach and port-forward are known, and refused by name.
    if (which == "exec" || which == "attach" || which == "portforward" || which == "proxy") {
      out = std::unexpected(bad_request(
          fmt::format("{} is not supported: pods of this server are processes on this machine", which)));
    }
  } else if (which == "log" && verb == "get") {
    out = co_await stream_log(parts_.store, parts_.logs, call);
  } else if (which == "token" && verb == "create") {
    out = issue_token(parts_.store, parts_.authenticator, call);
  } else if (which == "binding" && verb == "create") {
    out = co_await parts_.writes.bind(call);
  } else if (which == "eviction" && verb == "create") {
    out = co_await parts_.writes.evict(call);
  } else if (which != "status" && which != "scale") {
    out = std::unexpected(method_not_allowed());
  } else if (verb == "get") {
    out = get_object(parts_.store, parts_.clock, call);
  } else if (verb == "update") {
    out = co_await parts_.writes.update(call);
  } else if (verb == "patch") {
    out = co_await parts_.writes.patch(call);
  } else {
    out = std::unexpected(method_not_allowed());
  }
  co_return out;
}

std::optional<Outcome> FrontDesk::document(const net::HttpRequest& request, const std::optional<User>& user) {
  const std::string& path = request.path;
  if (path == "/healthz" || path == "/livez" || path == "/readyz") return plain("ok");
  if (path == "/version" || path == "/version/") return Answer::of(server_version());
  const auto parts = split(path);
  const bool listing = !parts.empty() && ((parts[0] == "api" && parts.size() <= 2) ||
                                          (parts[0] == "apis" && parts.size() <= 3));
  const bool openapi = !parts.empty() && parts[0] == "openapi";
  if (!listing && !openapi && path != "/metrics") return std::nullopt;
  if (!user) return Outcome(std::unexpected(unauthorized()));
  if (path == "/metrics") return plain(metrics());
  if (openapi) return openapi_document(request);
  if (parts[0] == "api")
    return parts.size() == 1 ? found(api_versions()) : found(api_resources(parts_.registry, "", parts[1]));
  if (parts.size() == 1) return found(api_groups(parts_.registry));
  if (parts.size() == 2) return found(api_group(parts_.registry, parts[1]));
  return found(api_resources(parts_.registry, parts[1], parts[2]));
}

std::optional<Outcome> FrontDesk::openapi_document(const net::HttpRequest& request) {
  if (documents_revision_ != parts_.registry.revision()) documents_.clear();
  documents_revision_ = parts_.registry.revision();
  const auto parts = split(request.path);
  const bool v2 = parts.size() == 2 && parts[1] == "v2";
  const bool proto = v2 && request.headers.get("Accept").find(kProtoType) != std::string_view::npos;
  // The media type that old kubectl asks for cannot be written in a header that it can read back.
  const std::string type = proto ? "application/octet-stream" : "application/json";
  const std::string key = request.path + (proto ? " proto" : "");
  if (const auto cached = documents_.find(key); cached != documents_.end())
    return Answer{.body = cached->second, .content_type = type};

  std::optional<Object> document;
  if (v2) document = openapi_v2(parts_.registry);
  if (parts.size() == 2 && parts[1] == "v3") document = openapi_v3_index(parts_.registry);
  if (parts.size() == 4 && parts[1] == "v3" && parts[2] == "api")
    document = openapi_v3(parts_.registry, "", parts[3]);
  if (parts.size() == 5 && parts[1] == "v3" && parts[2] == "apis")
    document = openapi_v3(parts_.registry, parts[3], parts[4]);
  if (!document) return Outcome(std::unexpected(no_such_path()));
  std::string text = proto ? encode_openapi_v2(*document) : json::dump(*document);
  documents_[key] = text;
  return Answer{.body = std::move(text), .content_type = type};
}

}  // namespace dynamo::apiserver
