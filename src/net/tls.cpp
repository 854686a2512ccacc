#include "net/tls.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace dynamo::net {
namespace {

using State = Attempt::State;

template <auto Free>
struct Deleter {
  void operator()(auto* p) const noexcept { Free(p); }
};
template <class T, auto Free>
using Owned = std::unique_ptr<T, Deleter<Free>>;
using OwnedBio = Owned<BIO, BIO_free_all>;
using OwnedCertificate = Owned<X509, X509_free>;
using OwnedKey = Owned<EVP_PKEY, EVP_PKEY_free>;
using OwnedContext = Owned<SSL_CTX, SSL_CTX_free>;
using OwnedSsl = Owned<SSL, SSL_free>;

std::string openssl_error() {
  const auto code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "no further reason";
  const char* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : fmt::format("error {:#x}", code);
}

OwnedBio memory_bio(std::string_view text) {
  return OwnedBio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

OwnedCertificate next_certificate(BIO* bio) {
  return OwnedCertificate(PEM_read_bio_X509(bio, nullptr, nullptr, nullptr));
}

bool is_address(const std::string& host) {
  unsigned char buffer[16];
  return ::inet_pton(AF_INET, host.c_str(), buffer) == 1 || ::inet_pton(AF_INET6, host.c_str(), buffer) == 1;
}

class Context final : public TlsContext {
 public:
  explicit Context(OwnedContext context, bool verify) : context_(std::move(context)), verify_(verify) {}
  SSL_CTX* get() const noexcept { return context_.get(); }
  bool verify() const noexcept { return verify_; }

 private:
  OwnedContext context_;
  bool verify_;
};

Result<void> use_key_pair(SSL_CTX* context, const TlsConfig& config) {
  const OwnedBio chain = memory_bio(config.certificate_pem);
  OwnedCertificate own = next_certificate(chain.get());
  if (!own || SSL_CTX_use_certificate(context, own.get()) != 1) {
    return fail(Errc::invalid,
                fmt::format("the TLS certificate is not readable as PEM: {}", openssl_error()));
  }
  while (OwnedCertificate next = next_certificate(chain.get())) {
    SSL_CTX_add1_chain_cert(context, next.get());
  }
  ERR_clear_error();
  const OwnedBio key_text = memory_bio(config.key_pem);
  const OwnedKey key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
  if (!key || SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
    return fail(
        Errc::invalid,
        fmt::format("the TLS key is not readable as PEM or is not the certificate's: {}", openssl_error()));
  }
  return {};
}

Result<void> trust(SSL_CTX* context, std::string_view ca_pem) {
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  const OwnedBio text = memory_bio(ca_pem);
  int count = 0;
  while (OwnedCertificate next = next_certificate(text.get())) {
    X509_STORE_add_cert(store, next.get());
    ++count;
  }
  ERR_clear_error();
  if (count == 0)
    return fail(Errc::invalid, "the TLS certificate authority holds no readable PEM certificate");
  return {};
}

Result<std::shared_ptr<TlsContext>> make_context(const SSL_METHOD* method, const TlsConfig& config,
                                                 bool server) {
  OwnedContext context(SSL_CTX_new(method));
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);
  if (!config.certificate_pem.empty() || server) {
    auto used = use_key_pair(context.get(), config);
    if (!used) return std::unexpected(std::move(used.error()));
  }
  if (!config.ca_pem.empty()) {
    auto trusted = trust(context.get(), config.ca_pem);
    if (!trusted) return std::unexpected(std::move(trusted.error()));
  } else if (!server) {
    SSL_CTX_set_default_verify_paths(context.get());
  }
  const bool verify = server ? !config.ca_pem.empty() : !config.insecure_skip_verify;
  // A server only asks: who comes without a certificate may still have a token.
  SSL_CTX_set_verify(context.get(), verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  return std::make_shared<Context>(std::move(context), verify);
}

class TlsStream final : public Stream {
 public:
  TlsStream(Loop& loop, int fd, const Context& context) : Stream(loop, fd), ssl_(SSL_new(context.get())) {
    SSL_set_fd(ssl_.get(), fd);
  }

  SSL* ssl() const noexcept { return ssl_.get(); }

  Attempt try_read(std::span<char> into) override {
    const int n = SSL_read(ssl_.get(), into.data(), static_cast<int>(into.size()));
    // The rest of a record has left the socket already.
    if (n > 0 && SSL_has_pending(ssl_.get()) == 1) still_readable();
    return outcome(n);
  }

  Attempt try_write(std::string_view bytes) override {
    const int n = SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
    return outcome(n);
  }

  void shutdown_write() override {
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }

  /// What the return value of an SSL call means; notes lost readiness.
  Attempt outcome(int n) {
    if (n > 0) return {.state = State::done, .bytes = static_cast<std::size_t>(n)};
    const int saved_errno = errno;
    switch (SSL_get_error(ssl_.get(), n)) {
      case SSL_ERROR_WANT_READ:
        not_readable();
        return {.state = State::again_when_readable};
      case SSL_ERROR_WANT_WRITE:
        not_writable();
        return {.state = State::again_when_writable};
      case SSL_ERROR_ZERO_RETURN:
        return {.state = State::closed};
      case SSL_ERROR_SYSCALL:
        return {.state = State::closed, .bytes = 0, .error = saved_errno};
      default:
        break;
    }
    ERR_clear_error();
    return {.state = State::failed, .bytes = 0, .error = EPROTO};
  }

 private:
  OwnedSsl ssl_;
};

std::string handshake_failure(SSL* ssl) {
  const long verify = SSL_get_verify_result(ssl);
  if (verify != X509_V_OK) {
    ERR_clear_error();
    return fmt::format("the certificate was refused: {}", X509_verify_cert_error_string(verify));
  }
  return fmt::format("the TLS handshake failed: {}", openssl_error());
}

Task<Result<std::unique_ptr<Stream>>> shake_hands(std::unique_ptr<TlsStream> stream, TimePoint deadline) {
  for (;;) {
    ERR_clear_error();
    const int done = SSL_do_handshake(stream->ssl());
    if (done == 1) co_return std::unique_ptr<Stream>(std::move(stream));
    const int want = SSL_get_error(stream->ssl(), done);
    bool ready = true;
    if (want == SSL_ERROR_WANT_READ) {
      stream->outcome(done);
      ready = co_await stream->wait_readable(deadline);
    } else if (want == SSL_ERROR_WANT_WRITE) {
      stream->outcome(done);
      ready = co_await stream->wait_writable(deadline);
    } else if (want == SSL_ERROR_SYSCALL) {
      co_return fail(Errc::unavailable, "the other side closed the connection during the TLS handshake");
    } else {
      co_return fail(Errc::unauthorized, handshake_failure(stream->ssl()));
    }
    if (!ready) co_return fail(Errc::timeout, "the TLS handshake timed out");
  }
}

}  // namespace

Result<std::shared_ptr<TlsContext>> TlsContext::client(const TlsConfig& config) {
  return make_context(TLS_client_method(), config, false);
}

Result<std::shared_ptr<TlsContext>> TlsContext::server(const TlsConfig& config) {
  return make_context(TLS_server_method(), config, true);
}

Task<Result<std::unique_ptr<Stream>>> tls_connect(std::shared_ptr<TlsContext> context,
                                                  std::unique_ptr<Stream> plain, std::string host,
                                                  TimePoint deadline) {
  const auto& ours = static_cast<const Context&>(*context);
  Loop& loop = plain->loop();
  auto stream = std::make_unique<TlsStream>(loop, plain->release(), ours);
  if (ours.verify()) {
    X509_VERIFY_PARAM* expected = SSL_get0_param(stream->ssl());
    if (is_address(host)) {
      X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str());
    } else {
      X509_VERIFY_PARAM_set1_host(expected, host.c_str(), host.size());
    }
  }
  if (!is_address(host)) SSL_set_tlsext_host_name(stream->ssl(), host.c_str());
  SSL_set_connect_state(stream->ssl());
  auto shaken = co_await shake_hands(std::move(stream), deadline);
  if (!shaken) co_return dynamo::context(host, std::move(shaken.error()));
  co_return shaken;
}

Task<Result<std::unique_ptr<Stream>>> tls_accept(std::shared_ptr<TlsContext> context,
                                                 std::unique_ptr<Stream> plain, TimePoint deadline) {
  Loop& loop = plain->loop();
  auto stream = std::make_unique<TlsStream>(loop, plain->release(), static_cast<const Context&>(*context));
  SSL_set_accept_state(stream->ssl());
  auto shaken = co_await shake_hands(std::move(stream), deadline);
  co_return shaken;
}

std::string tls_peer_common_name(const Stream& stream) {
  const auto* tls = dynamic_cast<const TlsStream*>(&stream);
  if (tls == nullptr) return {};
  const OwnedCertificate certificate(SSL_get1_peer_certificate(tls->ssl()));
  if (!certificate || SSL_get_verify_result(tls->ssl()) != X509_V_OK) return {};
  char name[256] = "";
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name, sizeof name);
  return name;
}

namespace {

constexpr long kTenYears = 10L * 365 * 24 * 3600;

std::string to_pem(X509* certificate) {
  const OwnedBio out(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(out.get(), certificate);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string to_pem(EVP_PKEY* key) {
  const OwnedBio out(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

void add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Owned<X509_EXTENSION, X509_EXTENSION_free> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  if (extension) X509_add_ext(certificate, extension.get(), -1);
}

/// A certificate with everything but its extensions and signature.
OwnedCertificate blank_certificate(EVP_PKEY* key, const std::string& common_name) {
  OwnedCertificate certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  const Owned<BIGNUM, BN_free> serial(BN_new());
  BN_rand(serial.get(), 127, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY);
  BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate.get()));
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kTenYears);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0);
  return certificate;
}

std::string alternative_names(const std::vector<std::string>& hosts) {
  std::string out;
  for (const auto& host : hosts) {
    fmt::format_to(std::back_inserter(out), "{}{}:{}", out.empty() ? "" : ",",
                   is_address(host) ? "IP" : "DNS", host);
  }
  return out;
}

}  // namespace

Result<KeyPair> make_certificate_authority(const std::string& common_name) {
  const OwnedKey key(EVP_EC_gen("P-256"));
  if (!key) return fail(Errc::internal, fmt::format("making a key: {}", openssl_error()));
  const OwnedCertificate certificate = blank_certificate(key.get(), common_name);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  add_extension(certificate.get(), certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  add_extension(certificate.get(), certificate.get(), NID_key_usage,
                "critical,keyCertSign,cRLSign,digitalSignature");
  add_extension(certificate.get(), certificate.get(), NID_subject_key_identifier, "hash");
  if (X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0) {
    return fail(Errc::internal, fmt::format("signing a certificate: {}", openssl_error()));
  }
  return KeyPair{to_pem(certificate.get()), to_pem(key.get())};
}

Result<KeyPair> make_certificate(const KeyPair& authority, const std::string& common_name,
                                 const std::vector<std::string>& hosts) {
  const OwnedBio issuer_text = memory_bio(authority.certificate_pem);
  const OwnedCertificate issuer = next_certificate(issuer_text.get());
  const OwnedBio issuer_key_text = memory_bio(authority.key_pem);
  const OwnedKey issuer_key(PEM_read_bio_PrivateKey(issuer_key_text.get(), nullptr, nullptr, nullptr));
  if (!issuer || !issuer_key) {
    return fail(Errc::invalid, fmt::format("the certificate authority is not readable: {}", openssl_error()));
  }
  const OwnedKey key(EVP_EC_gen("P-256"));
  if (!key) return fail(Errc::internal, fmt::format("making a key: {}", openssl_error()));
  const OwnedCertificate certificate = blank_certificate(key.get(), common_name);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer.get()));
  add_extension(certificate.get(), issuer.get(), NID_basic_constraints, "critical,CA:FALSE");
  add_extension(certificate.get(), issuer.get(), NID_key_usage, "critical,digitalSignature");
  add_extension(certificate.get(), issuer.get(), NID_ext_key_usage, "serverAuth,clientAuth");
  add_extension(certificate.get(), issuer.get(), NID_subject_key_identifier, "hash");
  add_extension(certificate.get(), issuer.get(), NID_authority_key_identifier, "keyid");
  if (!hosts.empty()) {
    add_extension(certificate.get(), issuer.get(), NID_subject_alt_name, alternative_names(hosts).c_str());
  }
  if (X509_sign(certificate.get(), issuer_key.get(), EVP_sha256()) == 0) {
    return fail(Errc::internal, fmt::format("signing a certificate: {}", openssl_error()));
  }
  return KeyPair{to_pem(certificate.get()), to_pem(key.get())};
}

}  // namespace dynamo::net
