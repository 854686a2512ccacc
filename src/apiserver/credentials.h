#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "net/tls.h"

namespace dynamo::apiserver {

/// What the server proves itself with, and what it knows its users by. Made once and kept.
struct Credentials {
  net::KeyPair authority;
  net::KeyPair server;
  std::string admin_token;
  std::string signing_key;  // of the tokens that it issues
};

/// Reads `file`, or makes new credentials, good for `hosts`, and writes them there with mode 0600 (an empty
/// `file`: nowhere). Errors: io, invalid (the file is there and cannot be read: it is not overwritten).
Result<Credentials> load_credentials(const std::string& file, const std::vector<std::string>& hosts);

}  // namespace dynamo::apiserver
