#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "apiserver/call.h"
#include "apiserver/store.h"
#include "base/clock.h"

namespace dynamo::apiserver {

/// Knows users by their bearer tokens: the admin's, and tokens that the server has signed itself (JSON Web
/// Tokens, HS256) for service accounts and for the platform's own parts.
class Authenticator {
 public:
  Authenticator(std::string admin_token, std::string signing_key, const Store& store, const Clock& clock)
      : admin_token_(std::move(admin_token)),
        signing_key_(std::move(signing_key)),
        store_(store),
        clock_(clock) {}

  /// The user of an Authorization header; nothing when it is not known here, has expired, or its service
  /// account is gone.
  std::optional<User> user_of(std::string_view authorization) const;
  std::optional<User> user_of_token(std::string_view token) const;

  const std::string& admin_token() const noexcept { return admin_token_; }
  /// A token without end for a part of the platform, which may do everything.
  std::string issue_component_token(std::string_view name) const;
  struct Issued {
    std::string token;
    WallTime expires;
  };
  /// A token of a service account object.
  Issued issue_account_token(const Object& account, std::chrono::seconds lifetime) const;

 private:
  std::string sign(const json::object& claims) const;
  std::optional<json::value> verified_claims(std::string_view token) const;
  std::string admin_token_;
  std::string signing_key_;
  const Store& store_;
  const Clock& clock_;
};

/// "system:serviceaccount:ns:name"
std::string account_user(std::string_view ns, std::string_view name);

}  // namespace dynamo::apiserver
