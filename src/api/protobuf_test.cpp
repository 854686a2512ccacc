#include "api/protobuf.h"

#include <gtest/gtest.h>

namespace dynamo::api {
namespace {

std::string varint(std::uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  return out + static_cast<char>(value);
}
std::string number(std::uint64_t field, std::uint64_t value) { return varint(field << 3) + varint(value); }
std::string bytes(std::uint64_t field, std::string_view value) {
  return varint(field << 3 | 2) + varint(value.size()) + std::string(value);
}
std::string entry(std::uint64_t field, std::string_view key, std::string_view value) {
  return bytes(field, bytes(1, key) + bytes(2, value));
}

std::string body(std::string_view api_version, std::string_view kind, std::string_view object) {
  return std::string("k8s\0", 4) + bytes(1, bytes(1, api_version) + bytes(2, kind)) + bytes(2, object) +
         bytes(3, "") + bytes(4, "");
}

json::value decoded(const std::string& body) {
  auto object = decode_protobuf(body);
  return object ? json::value(std::move(*object)) : json::value(object.error().message);
}

TEST(Protobuf, ANamespaceAsKubectlCreatesIt) {
  // Go writes every field that is no pointer, zero or not.
  const std::string metadata = bytes(1, "n") + bytes(2, "") + bytes(3, "") + bytes(4, "") + bytes(5, "") +
                               bytes(6, "") + number(7, 0) + bytes(8, "");
  const auto object =
      decoded(body("v1", "Namespace", bytes(1, metadata) + bytes(2, "") + bytes(3, bytes(1, ""))));
  EXPECT_EQ(object, json::parse(R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"n"},
                                    "spec":{},"status":{}})")
                        .value());
}

TEST(Protobuf, MapsAndBytes) {
  const auto secret = decoded(body("v1", "Secret",
                                   bytes(1, bytes(1, "s")) + entry(2, "a", "hello") + entry(2, "b", "hell") +
                                       entry(2, "c", "hel") + entry(4, "d", "text") + bytes(3, "Opaque")));
  EXPECT_EQ(secret, json::parse(R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"type":"Opaque",
      "data":{"a":"aGVsbG8=","b":"aGVsbA==","c":"aGVs"},"stringData":{"d":"text"}})")
                        .value());
}

TEST(Protobuf, FieldsThatJsonDoesNotNest) {
  const std::string probe = bytes(1, bytes(2, bytes(1, "/live") + bytes(2, number(1, 0) + number(2, 80)))) +
                            number(2, 0) + number(4, 5);
  const std::string container = bytes(1, "c") + bytes(10, probe) + bytes(8, entry(1, "cpu", bytes(1, "2")));
  const auto pod = decoded(body("v1", "Pod", bytes(2, bytes(2, container))));
  EXPECT_EQ(
      json::find(pod, {"spec", "containers"})->at(0),
      json::parse(R"({"name":"c","livenessProbe":{"httpGet":{"path":"/live","port":80},"periodSeconds":5},
                            "resources":{"limits":{"cpu":"2"}}})")
          .value());
}

TEST(Protobuf, AZeroBehindAPointerMeansZero) {
  const auto deployment = decoded(body("apps/v1", "Deployment", bytes(2, number(1, 0) + number(5, 0))));
  EXPECT_EQ(deployment.at("spec"), json::parse(R"({"replicas":0})").value());
}

TEST(Protobuf, TimesAndTextOrNumber) {
  const auto event = decoded(
      body("v1", "Event",
           bytes(6, number(1, 1'700'000'000)) + bytes(10, number(1, 1'700'000'000) + number(2, 1'500'000))));
  EXPECT_EQ(json::string_at(event, {"firstTimestamp"}), "2023-11-14T22:13:20Z");
  EXPECT_EQ(json::string_at(event, {"eventTime"}), "2023-11-14T22:13:20.001500Z");
  const auto service = decoded(
      body("v1", "Service",
           bytes(2, bytes(1, number(3, 80) + bytes(4, number(1, 1) + number(2, 0) + bytes(3, "http"))))));
  EXPECT_EQ(json::find(service, {"spec", "ports"})->at(0),
            json::parse(R"({"port":80,"targetPort":"http"})").value());
}

TEST(Protobuf, OptionsOfADeletion) {
  const auto options = decoded(body("v1", "DeleteOptions", number(1, 0) + bytes(4, "Background")));
  EXPECT_EQ(json::int_at(options, {"gracePeriodSeconds"}), 0);
  EXPECT_EQ(json::string_at(options, {"propagationPolicy"}), "Background");
}

TEST(Protobuf, NoBeginningOfAMessageIsMoreThanRefused) {
  const std::string whole = body("authorization.k8s.io/v1", "SelfSubjectAccessReview",
                                 bytes(2, bytes(1, bytes(1, "ns") + bytes(2, "create") + bytes(5, "pods"))));
  EXPECT_EQ(json::string_at(decoded(whole), {"spec", "resourceAttributes", "verb"}), "create");
  for (std::size_t size = 0; size < whole.size(); ++size) (void)decode_protobuf(whole.substr(0, size));
}

struct BrokenCase {
  std::string_view name;
  std::string text;
  Errc code;
};
class BrokenTest : public ::testing::TestWithParam<BrokenCase> {};
TEST_P(BrokenTest, IsRefused) {
  const auto object = decode_protobuf(GetParam().text);
  ASSERT_FALSE(object);
  EXPECT_EQ(object.error().code, GetParam().code) << object.error().message;
}
INSTANTIATE_TEST_SUITE_P(
    Protobuf, BrokenTest,
    ::testing::Values(
        BrokenCase{"empty", "", Errc::invalid}, BrokenCase{"json", "{}", Errc::invalid},
        BrokenCase{"breaks_off", body("v1", "Pod", bytes(1, "x")).substr(0, 20), Errc::invalid},
        BrokenCase{"breaks_off_inside", body("v1", "Pod", varint(1 << 3 | 2) + varint(9)), Errc::invalid},
        BrokenCase{"group", body("v1", "Pod", varint(1 << 3 | 3)), Errc::invalid},
        BrokenCase{"endless_number", body("v1", "Pod", std::string(11, '\xFF')), Errc::invalid},
        BrokenCase{"not_utf8", body("v1", "Pod", bytes(1, bytes(1, "\xC3("))), Errc::invalid},
        BrokenCase{"unknown_kind", body("v1", "Toaster", ""), Errc::not_found},
        BrokenCase{"custom_kind", body("nvidia.com/v1alpha1", "DynamoGraphDeployment", ""), Errc::not_found}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace dynamo::api
