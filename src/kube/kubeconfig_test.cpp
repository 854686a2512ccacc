#include "kube/kubeconfig.h"

#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/test_folder.h"
#include "kube/base64.h"

namespace dynamo::kube {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kFile = R"(
apiVersion: v1
kind: Config
current-context: work
clusters:
- name: main
  cluster: {server: "https://10.0.0.1:6443/base", certificate-authority-data: Q0EK}
- name: files
  cluster: {server: "https://[fd00::1]:6443", certificate-authority: pki/ca.crt}
users:
- name: me
  user: {token: secret}
- name: cert
  user: {client-certificate: ./me.crt, client-key: /keys/me.key}
- name: plugin
  user: {exec: {command: get-token}}
contexts:
- name: work
  context: {cluster: main, user: me, namespace: team}
- name: files
  context: {cluster: files, user: cert}
- name: plugin
  context: {cluster: main, user: plugin}
- name: broken
  context: {cluster: nowhere, user: me}
)";

Result<std::string> echo_path(const std::string& path) { return "content of " + path; }

Result<ClientConfig> resolve(const std::string& context) {
  return resolve_kubeconfig(parse_kubeconfig(kFile, "/home/me/.kube/config").value(), context, echo_path);
}

TEST(KubeconfigTest, ReadsInlineData) {
  auto config = resolve("");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->server.authority(), "10.0.0.1:6443");
  EXPECT_EQ(config->server.target, "/base");
  EXPECT_EQ(config->tls.ca_pem, "CA\n");
  EXPECT_EQ(config->token.get().value(), "secret");
  EXPECT_EQ(config->default_namespace, "team");
}

TEST(KubeconfigTest, FilesAreRelativeToTheirKubeconfig) {
  const auto config = resolve("files");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->tls.ca_pem, "content of /home/me/.kube/pki/ca.crt");
  EXPECT_EQ(config->tls.certificate_pem, "content of /home/me/.kube/me.crt");
  EXPECT_EQ(config->tls.key_pem, "content of /keys/me.key");
  EXPECT_EQ(config->default_namespace, "default");
}

TEST(KubeconfigTest, RefusesByName) {
  EXPECT_THAT(resolve("plugin").error().message, HasSubstr("`exec` credential plugins are not supported"));
  EXPECT_EQ(resolve("plugin").error().code, Errc::unsupported);
  EXPECT_THAT(resolve("absent").error().message,
              HasSubstr("no context \"absent\"; it has \"work\", \"files\""));
  EXPECT_THAT(resolve("broken").error().message, HasSubstr("no cluster \"nowhere\""));
}

TEST(KubeconfigTest, TheFirstFileThatSaysSomethingWins) {
  const auto first = parse_kubeconfig("users: [{name: me, user: {token: first}}]", "/a").value();
  const auto merged = merge_kubeconfigs(std::vector{first, parse_kubeconfig(kFile, "/b").value()});
  EXPECT_EQ(merged.current_context, "work");
  EXPECT_EQ(resolve_kubeconfig(merged, "", echo_path)->token.get().value(), "first");
}

TEST(KubeconfigTest, SaysWhereAFileIsBroken) {
  EXPECT_THAT(parse_kubeconfig("a: [", "/some/config").error().message, HasSubstr("/some/config"));
  EXPECT_FALSE(parse_kubeconfig("- a", "/some/config"));
}

TEST(Base64Test, Decodes) {
  EXPECT_EQ(decode_base64("").value(), "");
  EXPECT_EQ(decode_base64("Zg==").value(), "f");
  EXPECT_EQ(decode_base64("Zm8=\n").value(), "fo");
  EXPECT_EQ(decode_base64("Zm9v").value(), "foo");
  EXPECT_EQ(encode_base64("fo"), "Zm8=");
  EXPECT_EQ(encode_base64(""), "");
  EXPECT_FALSE(decode_base64("Zg"));
  EXPECT_FALSE(decode_base64("!!!!"));
}

class ConfigFilesTest : public ::testing::Test {
 protected:
  std::string write(const std::string& name, std::string_view text) {
    std::ofstream(folder_ + "/" + name, std::ios::trunc) << text;
    return folder_ + "/" + name;
  }
  const TestFolder test_folder_;
  const std::string folder_ = test_folder_.path();
};

TEST_F(ConfigFilesTest, KubeconfigVariableNamesSeveralFiles) {
  const std::string users = write("users", "users: [{name: me, user: {token: t}}]");
  const std::string rest = write("rest", kFile);
  const Environment env{{"KUBECONFIG", users + ":" + folder_ + "/absent::" + rest}};
  auto config = load_config({}, env);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->token.get().value(), "t");
}

TEST_F(ConfigFilesTest, AGivenFileMustBeThere) {
  const auto config = load_config({.kubeconfig = folder_ + "/absent", .context = {}}, {});
  ASSERT_FALSE(config);
  EXPECT_THAT(config.error().message, HasSubstr("absent"));
}

TEST_F(ConfigFilesTest, FindsTheOneInHome) {
  std::filesystem::create_directory(folder_ + "/.kube");
  write(".kube/config", kFile);
  EXPECT_TRUE(load_config({}, {{"HOME", folder_}}));
  EXPECT_EQ(load_config({}, {{"HOME", folder_ + "/absent"}}).error().code, Errc::not_found);
}

TEST_F(ConfigFilesTest, UsesTheServiceAccountInAPod) {
  write("ca.crt", "CA");
  write("namespace", "team");
  const std::string token = write("token", "one\n");
  const Environment env{{"KUBERNETES_SERVICE_HOST", "fd00::1"}, {"KUBERNETES_SERVICE_PORT", "443"}};
  auto config = in_cluster_config(env, folder_);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->server.authority(), "[fd00::1]:443");
  EXPECT_EQ(config->default_namespace, "team");
  EXPECT_EQ(config->token.get().value(), "one");
  write("token", "another");
  EXPECT_EQ(config->token.get().value(), "another");
  std::filesystem::remove(token);
  EXPECT_EQ(config->token.get().value(), "another");
}

}  // namespace
}  // namespace dynamo::kube
