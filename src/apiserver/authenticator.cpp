#include "apiserver/authenticator.h"

#include "apiserver/encoding.h"

namespace dynamo::apiserver {
namespace {

constexpr std::string_view kHeader = R"({"alg":"HS256","typ":"JWT"})";
constexpr std::string_view kBearer = "Bearer ";

std::int64_t seconds_of(WallTime time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

User account(const std::string& ns, const std::string& name, std::string uid) {
  return User{account_user(ns, name),
              {"system:serviceaccounts", "system:serviceaccounts:" + ns, "system:authenticated"},
              std::move(uid)};
}

}  // namespace

std::string account_user(std::string_view ns, std::string_view name) {
  return fmt::format("system:serviceaccount:{}:{}", ns, name);
}

std::optional<User> Authenticator::user_of(std::string_view authorization) const {
  if (!authorization.starts_with(kBearer)) return std::nullopt;
  return user_of_token(authorization.substr(kBearer.size()));
}

std::optional<User> Authenticator::user_of_token(std::string_view token) const {
  if (same_secret(token, admin_token_)) return User{"admin", {"system:masters", "system:authenticated"}};
  const auto claims = verified_claims(token);
  if (!claims) return std::nullopt;
  const json::value* of_account = json::find(*claims, {"kubernetes.io"});
  if (of_account == nullptr) {
    return User{std::string(json::string_at(*claims, {"sub"})), {"system:masters", "system:authenticated"}};
  }
  const std::string ns(json::string_at(*of_account, {"namespace"}));
  const std::string name(json::string_at(*of_account, {"serviceaccount", "name"}));
  const std::string uid(json::string_at(*of_account, {"serviceaccount", "uid"}));
  const ObjectPtr object = store_.get(Key{kube::resources::kServiceAccounts.group_resource(), ns, name});
  if (!object || kube::uid_of(*object) != uid) return std::nullopt;
  return account(ns, name, uid);
}

std::optional<json::value> Authenticator::verified_claims(std::string_view token) const {
  const auto dot = token.rfind('.');
  const auto first = token.find('.');
  if (dot == token.npos || first == dot) return std::nullopt;
  const auto body = token.substr(0, dot);
  if (!same_secret(decode_base64url(token.substr(dot + 1)), hmac_sha256(signing_key_, body)))
    return std::nullopt;
  auto claims = json::parse(decode_base64url(body.substr(first + 1)));
  if (!claims) return std::nullopt;
  const auto expires = json::int_at(*claims, {"exp"});
  if (expires && *expires <= seconds_of(clock_.wall_now())) return std::nullopt;
  return std::move(*claims);
}

std::string Authenticator::sign(const json::object& claims) const {
  const std::string body = encode_base64url(kHeader) + "." + encode_base64url(json::dump(claims));
  return body + "." + encode_base64url(hmac_sha256(signing_key_, body));
}

std::string Authenticator::issue_component_token(std::string_view name) const {
  return sign({{"iss", "dynamo"}, {"sub", name}, {"iat", seconds_of(clock_.wall_now())}});
}

Authenticator::Issued Authenticator::issue_account_token(const Object& object,
                                                         std::chrono::seconds lifetime) const {
  const auto ns = kube::namespace_of(object);
  const auto name = kube::name_of(object);
  const WallTime now = clock_.wall_now();
  const json::object claims{
      {"iss", "dynamo"},
      {"sub", account_user(ns, name)},
      {"iat", seconds_of(now)},
      {"exp", seconds_of(now + lifetime)},
      {"kubernetes.io",
       {{"namespace", ns}, {"serviceaccount", {{"name", name}, {"uid", kube::uid_of(object)}}}}}};
  return {sign(claims), now + lifetime};
}

}  // namespace dynamo::apiserver
