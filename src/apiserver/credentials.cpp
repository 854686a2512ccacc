#include "apiserver/credentials.h"

#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <unistd.h>

#include "apiserver/encoding.h"
#include "base/json.h"

namespace dynamo::apiserver {
namespace {

constexpr std::size_t kSecretBytes = 32;

std::string text_at(const json::value& v, std::string_view key) {
  return std::string(json::string_at(v, {key}));
}

Result<Credentials> make(const std::vector<std::string>& hosts) {
  auto authority = net::make_certificate_authority("dynamo");
  if (!authority) return context("making a certificate authority", authority.error());
  auto server = net::make_certificate(*authority, "dynamo-apiserver", hosts);
  if (!server) return context("making a server certificate", server.error());
  return Credentials{std::move(*authority), std::move(*server), encode_base64url(random_bytes(kSecretBytes)),
                     encode_base64url(random_bytes(kSecretBytes))};
}

Result<Credentials> parse(const std::string& file, const std::string& text) {
  const auto parsed = json::parse(text);
  if (!parsed) return context(file, parsed.error());
  Credentials out{{text_at(*parsed, "authorityCertificate"), text_at(*parsed, "authorityKey")},
                  {text_at(*parsed, "serverCertificate"), text_at(*parsed, "serverKey")},
                  text_at(*parsed, "adminToken"),
                  text_at(*parsed, "signingKey")};
  if (out.server.key_pem.empty() || out.admin_token.empty() || out.signing_key.empty()) {
    return fail(Errc::invalid, fmt::format("{} is incomplete; remove it to have new credentials made", file));
  }
  return out;
}

/// In one step: either the whole file is there or none of it.
Result<void> write(const std::string& file, const Credentials& credentials) {
  const json::object document{{"authorityCertificate", credentials.authority.certificate_pem},
                              {"authorityKey", credentials.authority.key_pem},
                              {"serverCertificate", credentials.server.certificate_pem},
                              {"serverKey", credentials.server.key_pem},
                              {"adminToken", credentials.admin_token},
                              {"signingKey", credentials.signing_key}};
  const std::string text = json::dump(document);
  const std::string draft = file + ".new";
  const int fd = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return std::unexpected(system_error("writing " + draft, errno));
  const bool whole =
      ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  const int error = errno;
  ::close(fd);
  if (!whole) return std::unexpected(system_error("writing " + draft, error));
  if (::rename(draft.c_str(), file.c_str()) != 0)
    return std::unexpected(system_error("writing " + file, errno));
  return {};
}

}  // namespace

Result<Credentials> load_credentials(const std::string& file, const std::vector<std::string>& hosts) {
  if (!file.empty() && ::access(file.c_str(), F_OK) == 0) {
    std::ifstream in(file);
    std::stringstream text;
    text << in.rdbuf();
    if (!in) return std::unexpected(system_error("reading " + file, errno));
    return parse(file, text.str());
  }
  auto made = make(hosts);
  if (!made || file.empty()) return made;
  if (auto written = write(file, *made); !written) return std::unexpected(written.error());
  return made;
}

}  // namespace dynamo::apiserver
