#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "net/stream.h"

namespace dynamo::net {

/// Certificate, keys and trust for one side, in PEM text (not file names).
struct TlsConfig {
  std::string certificate_pem;  // chain, own certificate first; a server must have one
  std::string key_pem;
  std::string ca_pem;  // client: whom to trust, empty = the system's; server: asks clients for certificates
  bool insecure_skip_verify = false;
  friend bool operator==(const TlsConfig&, const TlsConfig&) = default;
};

/// Parsed and ready to use; shared by all connections. Threads: safe once made.
class TlsContext {
 public:
  /// Errors: invalid, saying which PEM text is wrong.
  static Result<std::shared_ptr<TlsContext>> client(const TlsConfig& config);
  static Result<std::shared_ptr<TlsContext>> server(const TlsConfig& config);
  virtual ~TlsContext() = default;
};

/// Takes `plain` over and shakes hands. The certificate must be good for `host` (a name or an address).
/// Errors: unauthorized (certificate refused, with the reason), timeout, unavailable.
Task<Result<std::unique_ptr<Stream>>> tls_connect(std::shared_ptr<TlsContext> context,
                                                  std::unique_ptr<Stream> plain, std::string host,
                                                  TimePoint deadline);
Task<Result<std::unique_ptr<Stream>>> tls_accept(std::shared_ptr<TlsContext> context,
                                                 std::unique_ptr<Stream> plain, TimePoint deadline);

/// Common name of the verified client certificate of an accepted stream; empty where there is none.
std::string tls_peer_common_name(const Stream& stream);

/// A certificate authority and leaf certificates made on the spot (P-256), for the embedded API server and
/// tests.
struct KeyPair {
  std::string certificate_pem;
  std::string key_pem;
};
Result<KeyPair> make_certificate_authority(const std::string& common_name);
/// Signs a leaf for `common_name`, good for `hosts` (names or addresses) for ten years.
Result<KeyPair> make_certificate(const KeyPair& authority, const std::string& common_name,
                                 const std::vector<std::string>& hosts);

}  // namespace dynamo::net
