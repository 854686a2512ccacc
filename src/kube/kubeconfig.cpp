#include "kube/kubeconfig.h"

#include <array>
#include <filesystem>
#include <fmt/format.h>

#include "base/yaml.h"

namespace dynamo::kube {
namespace {

/// Fields whose value names a file, relative to the kubeconfig's folder.
constexpr auto kFileFields = std::to_array<std::string_view>(
    {"certificate-authority", "client-certificate", "client-key", "tokenFile"});

/// What we know and do not do: field of a user or a cluster, and what to say.
struct Refusal {
  std::string_view field;
  std::string_view text;
};
constexpr auto kRefused = std::to_array<Refusal>({
    {"exec", "`exec` credential plugins are not supported; use a token, a tokenFile or a client certificate"},
    {"auth-provider",
     "`auth-provider` plugins are not supported; use a token, a tokenFile or a client certificate"},
    {"username", "`username` and `password` are not supported; use a token or a client certificate"},
    {"as", "impersonation (`as`) is not supported"},
    {"proxy-url", "`proxy-url` is not supported"},
    {"tls-server-name", "`tls-server-name` is not supported"},
});

void make_paths_absolute(Object& entry, const std::filesystem::path& folder) {
  for (const std::string_view field : kFileFields) {
    const std::string_view path = json::string_at(entry, {field});
    if (!path.empty()) entry[field] = (folder / path).lexically_normal().string();
  }
}

/// The list `field` ("clusters": [{name, cluster: {…}}]) as a map from name to its inner object.
Object entries_by_name(const Object& document, std::string_view field, std::string_view inner,
                       const std::filesystem::path& folder) {
  Object by_name;
  for (const json::value& entry : array_at(document, {field})) {
    const std::string_view name = json::string_at(entry, {"name"});
    if (name.empty() || by_name.contains(name)) continue;
    const json::value* value = json::find(entry, {inner});
    Object content = value != nullptr && value->is_object() ? value->get_object() : Object{};
    make_paths_absolute(content, folder);
    by_name[name] = std::move(content);
  }
  return by_name;
}

void add_missing(Object& into, const Object& from) {
  for (const auto& entry : from) into.insert(entry);
}

Result<void> refuse_unsupported(const Object& entry, std::string_view where) {
  for (const Refusal& refusal : kRefused) {
    const json::value* found = entry.if_contains(refusal.field);
    const bool set = found != nullptr && !found->is_null() && *found != json::value("");
    if (set) return fail(Errc::unsupported, fmt::format("kubeconfig {}: {}", where, refusal.text));
  }
  return {};
}

/// The entry of that name. Errors: not_found, listing what there is.
Result<const Object*> entry(const Object& entries, std::string_view kind, std::string_view name) {
  const json::value* found = entries.if_contains(name);
  if (found != nullptr) return &found->get_object();
  std::string known;
  for (const auto& other : entries)
    known += fmt::format("{}\"{}\"", known.empty() ? "" : ", ", view(other.key()));
  return fail(Errc::not_found, fmt::format("kubeconfig has no {} \"{}\"; it has {}", kind, name,
                                           known.empty() ? "none" : known));
}

/// Inline data (`FIELD-data`, base64) or else the file that `FIELD` names; empty when neither is there.
Result<std::string> data_or_file(const Object& from, std::string_view field, const FileReader& read) {
  const std::string data_field = fmt::format("{}-data", field);
  if (const auto data = json::string_at(from, {data_field}); !data.empty()) {
    auto decoded = decode_base64(data);
    if (!decoded) return context(fmt::format("kubeconfig `{}`", data_field), std::move(decoded.error()));
    return decoded;
  }
  const std::string_view path = json::string_at(from, {field});
  if (path.empty()) return std::string();
  auto text = read(std::string(path));
  if (!text) return context(fmt::format("kubeconfig `{}`", field), std::move(text.error()));
  return text;
}

Result<void> take_cluster(const Object& cluster, const FileReader& read, ClientConfig& config) {
  if (auto supported = refuse_unsupported(cluster, "cluster"); !supported) return supported;
  auto url = net::Url::parse(json::string_at(cluster, {"server"}));
  if (!url) return context("kubeconfig `server`", std::move(url.error()));
  auto authority = data_or_file(cluster, "certificate-authority", read);
  if (!authority) return std::unexpected(std::move(authority.error()));
  config.server = std::move(*url);
  config.tls.ca_pem = std::move(*authority);
  config.tls.insecure_skip_verify = bool_at(cluster, {"insecure-skip-tls-verify"});
  return {};
}

Result<void> take_user(const Object& user, const FileReader& read, ClientConfig& config) {
  if (auto supported = refuse_unsupported(user, "user"); !supported) return supported;
  auto certificate = data_or_file(user, "client-certificate", read);
  if (!certificate) return std::unexpected(std::move(certificate.error()));
  auto key = data_or_file(user, "client-key", read);
  if (!key) return std::unexpected(std::move(key.error()));
  config.tls.certificate_pem = std::move(*certificate);
  config.tls.key_pem = std::move(*key);
  const std::string_view token = json::string_at(user, {"token"});
  const std::string_view token_file = json::string_at(user, {"tokenFile"});
  if (!token_file.empty()) {
    config.token = TokenSource::file(std::string(token_file));
  } else if (!token.empty()) {
    config.token = TokenSource::fixed(std::string(token));
  }
  return {};
}

}  // namespace

Result<Kubeconfig> parse_kubeconfig(std::string_view yaml_text, const std::string& path) {
  auto document = yaml::parse(yaml_text);
  if (!document) return context(path, std::move(document.error()));
  const Object* o = document->if_object();
  if (o == nullptr) return fail(Errc::invalid, fmt::format("{}: a kubeconfig must be a mapping", path));
  const auto folder = std::filesystem::path(path).parent_path();
  return Kubeconfig{.clusters = entries_by_name(*o, "clusters", "cluster", folder),
                    .users = entries_by_name(*o, "users", "user", folder),
                    .contexts = entries_by_name(*o, "contexts", "context", folder),
                    .current_context = std::string(json::string_at(*o, {"current-context"}))};
}

Kubeconfig merge_kubeconfigs(std::span<const Kubeconfig> files) {
  Kubeconfig merged;
  for (const Kubeconfig& file : files) {
    add_missing(merged.clusters, file.clusters);
    add_missing(merged.users, file.users);
    add_missing(merged.contexts, file.contexts);
    if (merged.current_context.empty()) merged.current_context = file.current_context;
  }
  return merged;
}

Result<ClientConfig> resolve_kubeconfig(const Kubeconfig& config, const std::string& context_name,
                                        const FileReader& read) {
  const std::string& chosen = context_name.empty() ? config.current_context : context_name;
  if (chosen.empty()) return fail(Errc::not_found, "kubeconfig has no current context; name one");
  const auto context_entry = entry(config.contexts, "context", chosen);
  if (!context_entry) return std::unexpected(context_entry.error());
  const auto cluster = entry(config.clusters, "cluster", json::string_at(**context_entry, {"cluster"}));
  if (!cluster) return std::unexpected(cluster.error());

  ClientConfig made;
  if (auto taken = take_cluster(**cluster, read, made); !taken) return std::unexpected(taken.error());
  const std::string_view user_name = json::string_at(**context_entry, {"user"});
  if (!user_name.empty()) {
    const auto user = entry(config.users, "user", user_name);
    if (!user) return std::unexpected(user.error());
    if (auto taken = take_user(**user, read, made); !taken) return std::unexpected(taken.error());
  }
  made.default_namespace = json::string_at(**context_entry, {"namespace"}, "default");
  return made;
}

}  // namespace dynamo::kube
