#include "apiserver/access_reviews.h"

#include <algorithm>

#include "apiserver/api_error.h"
#include "apiserver/rbac.h"

namespace dynamo::apiserver {
namespace {

constexpr std::int64_t kDefaultLifetime = 3600;  // seconds
constexpr std::int64_t kMinLifetime = 600;       // as a real server
constexpr std::int64_t kMaxLifetime = 24 * 3600 * 365;

Object user_info(const User& user) {
  json::array groups;
  for (const auto& group : user.groups) groups.push_back(json::value(group));
  Object out{{"username", user.name}, {"groups", std::move(groups)}};
  if (!user.uid.empty()) out["uid"] = user.uid;
  return out;
}

Object review_of_self(const Store& store, const User& user, const json::value& spec) {
  const json::value* attributes = json::find(spec, {"resourceAttributes"});
  if (attributes == nullptr) return Object{{"allowed", true}};
  const auto text = [&](std::string_view key) { return std::string(json::string_at(*attributes, {key})); };
  const AccessRequest wanted{text("verb"),        text("group"),     text("resource"),
                             text("subresource"), text("namespace"), text("name")};
  Object status{{"allowed", is_allowed(store, user, wanted)}};
  if (!status["allowed"].get_bool()) status["reason"] = refusal_text(user, wanted);
  return status;
}

Object review_of_token(const Authenticator& authenticator, const json::value& spec) {
  const auto user = authenticator.user_of_token(json::string_at(spec, {"token"}));
  if (!user)
    return Object{{"authenticated", false}, {"error", "the token is not known here, or has expired"}};
  return Object{{"authenticated", true}, {"user", user_info(*user)}};
}

}  // namespace

Outcome answer_review(const Store& store, const Authenticator& authenticator, const Call& call,
                      WallTime now) {
  auto body = read_object(call);
  if (!body) return std::unexpected(body.error());
  Object out = std::move(*body);
  out["apiVersion"] = call.kind->resource.api_version();
  out["kind"] = call.kind->resource.kind;
  kube::metadata(out)["creationTimestamp"] = format_rfc3339(now);
  const json::value* found = out.if_contains("spec");
  const json::value spec = found == nullptr ? json::value(Object{}) : *found;
  const auto& kind = call.kind->resource.kind;
  if (kind == "SelfSubjectAccessReview") out["status"] = review_of_self(store, call.user, spec);
  if (kind == "SelfSubjectReview") out["status"] = Object{{"userInfo", user_info(call.user)}};
  if (kind == "TokenReview") out["status"] = review_of_token(authenticator, spec);
  return Answer::of(out, 201);
}

Outcome issue_token(const Store& store, const Authenticator& authenticator, const Call& call) {
  const ObjectPtr account = store.get(call.key());
  if (!account) return std::unexpected(object_not_found(call.kind->resource, call.path.name));
  const auto body = read_body(call);
  if (!body) return std::unexpected(body.error());
  const auto wanted = json::int_at(*body, {"spec", "expirationSeconds"}).value_or(kDefaultLifetime);
  if (wanted < kMinLifetime) {
    return std::unexpected(
        object_invalid({"authentication.k8s.io", "v1", "tokenrequests", "TokenRequest", true}, "",
                       {schema::invalid("spec.expirationSeconds", wanted,
                                        "may not specify a duration less than 10 minutes")}));
  }
  const auto seconds = std::min(wanted, kMaxLifetime);
  auto issued = authenticator.issue_account_token(*account, std::chrono::seconds{seconds});
  return Answer::of(
      Object{{"kind", "TokenRequest"},
             {"apiVersion", "authentication.k8s.io/v1"},
             {"metadata", Object{{"name", call.path.name}, {"namespace", call.path.ns}}},
             {"spec", Object{{"expirationSeconds", seconds}, {"audiences", json::array{"dynamo"}}}},
             {"status",
              Object{{"token", issued.token}, {"expirationTimestamp", format_rfc3339(issued.expires)}}}},
      201);
}

}  // namespace dynamo::apiserver
