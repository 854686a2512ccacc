#include "schema/apply.h"

#include <gtest/gtest.h>

#include "schema/field_merge.h"
#include "schema/field_set.h"
#include "schema/managed_fields.h"

namespace dynamo::schema {
namespace {

json::value doc(std::string_view text) { return json::parse(text).value(); }

/// A deployment in miniature.
const Schema* deployment() {
  static const Schema schema = parse(doc(R"({"type":"object","properties":{
    "apiVersion":{"type":"string"},"kind":{"type":"string"},
    "metadata":{"type":"object","properties":{
      "name":{"type":"string"},
      "labels":{"type":"object","additionalProperties":{"type":"string"}},
      "finalizers":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}}}},
    "spec":{"type":"object","properties":{
      "replicas":{"type":"integer"},
      "args":{"type":"array","items":{"type":"string"}},
      "selector":{"type":"object","x-kubernetes-map-type":"atomic","additionalProperties":{"type":"string"}},
      "strategy":{"type":"object","properties":{"type":{"type":"string"},"surge":{"type":"integer"}}},
      "ports":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["port","protocol"],
        "items":{"type":"object","properties":{"port":{"type":"integer"},"name":{"type":"string"},
          "protocol":{"type":"string"}}}},
      "containers":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],
        "items":{"type":"object","properties":{"name":{"type":"string"},"image":{"type":"string"},
          "pull":{"type":"string"}}}}}},
    "status":{"type":"object","properties":{"ready":{"type":"integer"}}}}})"))
                                   .value();
  return &schema;
}

json::value object(std::string_view spec, std::string_view metadata = R"({"name":"d"})") {
  return doc(fmt::format(R"({{"apiVersion":"apps/v1","kind":"Deployment","metadata":{},"spec":{}}})",
                         metadata, spec));
}

FieldWriter writer(std::string name, std::string time = "2026-01-01T00:00:00Z") {
  return FieldWriter{.name = std::move(name), .api_version = "apps/v1", .time = std::move(time)};
}

json::value applied(const json::value& live, std::string name, const json::value& config,
                    ApplyMode mode = ApplyMode::refuse_conflicts) {
  auto out = apply(live, config, deployment(), writer(std::move(name)), mode);
  EXPECT_TRUE(out) << (out ? "" : out.error().message);
  return out.value_or(json::value{});
}

json::value updated(const json::value& live, std::string name, json::value next) {
  track_update(live, next, deployment(), writer(std::move(name)));
  return next;
}

std::vector<std::string> owned(const json::value& object, std::string_view manager) {
  for (const auto& entry : parse_managers(object.at("metadata").at("managedFields")).value()) {
    if (entry.name == manager) return entry.fields.paths();
  }
  return {};
}

using Paths = std::vector<std::string>;

TEST(FieldSet, ReadsAndWritesFieldsV1) {
  const auto text =
      R"({"f:spec":{".":{},"f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:port":{}}},)"
      R"("f:set":{"v:\"x\"":{}},"i:3":{}}})";
  const auto set = FieldSet::from_fields_v1(doc(text));
  ASSERT_TRUE(set);
  EXPECT_EQ(json::value(set->to_fields_v1()), doc(text));
  EXPECT_EQ(set->paths(), (Paths{".spec", ".spec[3]", R"(.spec.ports[port=80,protocol="TCP"])",
                                 R"(.spec.ports[port=80,protocol="TCP"].port)", R"(.spec.set[="x"])"}));
}

TEST(FieldSet, OneSpellingForKeysInAnyOrder) {
  const auto a = FieldSet::from_fields_v1(doc(R"({"k:{\"b\":1,\"a\":2}":{}})"));
  const auto b = FieldSet::from_fields_v1(doc(R"({"k:{\"a\":2,\"b\":1}":{}})"));
  EXPECT_EQ(a.value(), b.value());
}

TEST(FieldSet, RefusesOtherElements) {
  EXPECT_FALSE(FieldSet::from_fields_v1(doc(R"({"spec":{}})")));
  EXPECT_FALSE(FieldSet::from_fields_v1(doc(R"({"k:[]":{}})")));
  EXPECT_FALSE(FieldSet::from_fields_v1(doc(R"([])")));
}

TEST(FieldSet, AlgebraHolds) {
  const auto a = FieldSet::from_fields_v1(doc(R"({"f:a":{},"f:b":{".":{},"f:c":{}}})")).value();
  const auto b = FieldSet::from_fields_v1(doc(R"({"f:b":{},"f:d":{}})")).value();
  EXPECT_EQ(unite(subtract(a, b), intersect(a, b)), a);
  EXPECT_TRUE(intersect(subtract(a, b), b).empty());
  EXPECT_EQ(unite(a, b), unite(b, a));
  EXPECT_TRUE(subtract(a, a).empty());
}

struct FieldsCase {
  std::string_view name, spec;
  Paths fields;
};
class FieldsOfTest : public ::testing::TestWithParam<FieldsCase> {};
TEST_P(FieldsOfTest, NamesWhatIsOwned) {
  const json::value value = doc(fmt::format(R"({{"spec":{}}})", GetParam().spec));
  EXPECT_EQ(fields_of(value, deployment()).paths(), GetParam().fields);
}
INSTANTIATE_TEST_SUITE_P(
    Shapes, FieldsOfTest,
    ::testing::Values(
        FieldsCase{"scalar", R"({"replicas":1})", {".spec.replicas"}},
        FieldsCase{"atomic_list", R"({"args":["a","b"]})", {".spec.args"}},
        FieldsCase{"atomic_map", R"({"selector":{"a":"b"}})", {".spec.selector"}},
        FieldsCase{"empty_map", R"({"strategy":{}})", {".spec.strategy"}},
        FieldsCase{"list_map",
                   R"({"containers":[{"name":"a","image":"x"}]})",
                   {R"(.spec.containers[name="a"])", R"(.spec.containers[name="a"].image)",
                    R"(.spec.containers[name="a"].name)"}},
        FieldsCase{"default_key",
                   R"({"ports":[{"port":1}]})",
                   {R"(.spec.ports[port=1,protocol="TCP"])", R"(.spec.ports[port=1,protocol="TCP"].port)"}},
        FieldsCase{
            "undeclared", R"({"free":{"a":{"b":1}}})", {".spec.free", ".spec.free.a", ".spec.free.a.b"}}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Apply, CreatesAndOwns) {
  const auto made =
      applied(json::object{}, "alice", object(R"({"replicas":2})", R"({"name":"d","labels":{"a":"b"}})"));
  EXPECT_EQ(made.at("spec"), doc(R"({"replicas":2})"));
  EXPECT_EQ(owned(made, "alice"), (Paths{".metadata.labels.a", ".spec.replicas"}));
  EXPECT_EQ(
      json::dump(made.at("metadata").at("managedFields")),
      R"([{"manager":"alice","operation":"Apply","apiVersion":"apps/v1","time":"2026-01-01T00:00:00Z",)"
      R"("fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:labels":{"f:a":{}}},"f:spec":{"f:replicas":{}}}}])");
}

TEST(Apply, TwiceIsOnce) {
  const auto configs = {
      object(R"({"replicas":2})"), object(R"({"containers":[{"name":"a","image":"x"},{"name":"b"}]})"),
      object(R"({"args":["x"],"selector":{"a":"b"},"strategy":{}})"),
      object(R"({"ports":[{"port":1},{"port":1,"protocol":"UDP"}]})", R"({"name":"d","finalizers":["f"]})")};
  const auto start =
      updated(json::object{}, "bob",
              object(R"({"args":["y"],"containers":[{"name":"z"}]})", R"({"name":"d","finalizers":["g"]})"));
  for (const auto& config : configs) {
    const auto once = apply(start, config, deployment(), writer("alice"), ApplyMode::force).value();
    const auto twice =
        apply(once, config, deployment(), writer("alice", "2027-01-01T00:00:00Z"), ApplyMode::force).value();
    EXPECT_EQ(once, twice) << json::dump(once) << "\n" << json::dump(twice);
  }
}

TEST(Apply, RemovesWhatItStopsApplying) {
  auto live =
      applied(json::object{}, "alice", object(R"({"replicas":2,"containers":[{"name":"a"},{"name":"b"}]})"));
  live = applied(live, "alice", object(R"({"containers":[{"name":"b"}]})"));
  EXPECT_EQ(live.at("spec"), doc(R"({"containers":[{"name":"b"}]})"));
}

TEST(Apply, KeepsWhatOthersOwn) {
  auto live =
      applied(json::object{}, "alice", object(R"({"replicas":2,"containers":[{"name":"a","image":"x"}]})"));
  live = applied(live, "bob", object(R"({"replicas":2,"containers":[{"name":"a"}]})"));
  live = applied(live, "alice", object(R"({"args":["1"]})"));
  EXPECT_EQ(live.at("spec"), doc(R"({"replicas":2,"containers":[{"name":"a"}],"args":["1"]})"));
  EXPECT_EQ(owned(live, "alice"), (Paths{".spec.args"}));
}

TEST(Apply, KeepsDefaultsThatNobodyOwns) {
  auto live =
      applied(json::object{}, "alice", object(R"({"containers":[{"name":"a","image":"x"}],"replicas":1})"));
  live.at("spec").at("containers").at(0).as_object()["pull"] = "Always";  // filled in by the server
  live = applied(live, "alice", object(R"({"containers":[{"name":"a","image":"y"}]})"));
  EXPECT_EQ(live.at("spec"), doc(R"({"containers":[{"name":"a","image":"y","pull":"Always"}]})"));
}

TEST(Apply, AbandonedParentTakesItsDefaultsAlong) {
  auto live = applied(json::object{}, "alice", object(R"({"replicas":1,"strategy":{"type":"x"}})"));
  live.at("spec").at("strategy").as_object()["surge"] = 3;
  live = applied(live, "alice", object(R"({"replicas":1})"));
  EXPECT_EQ(live.at("spec"), doc(R"({"replicas":1})"));
}

TEST(Apply, ConflictHasTheTextOfARealServer) {
  const auto live =
      updated(json::object{}, "kubectl-client-side-apply", object(R"({"replicas":2,"args":["a"]})"));
  const auto one =
      apply(live, object(R"({"replicas":3})"), deployment(), writer("kubectl"), ApplyMode::refuse_conflicts);
  ASSERT_FALSE(one);
  EXPECT_EQ(one.error().code, Errc::conflict);
  EXPECT_EQ(
      one.error().message,
      R"(Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using apps/v1: .spec.replicas)");
  EXPECT_EQ(
      json::dump(*one.error().details),
      R"({"causes":[{"reason":"FieldManagerConflict","message":"conflict with \"kubectl-client-side-apply\" using)"
      R"( apps/v1","field":".spec.replicas"}]})");
  const auto two = apply(live, object(R"({"replicas":3,"args":["b"]})"), deployment(), writer("kubectl"),
                         ApplyMode::refuse_conflicts);
  ASSERT_FALSE(two);
  EXPECT_EQ(two.error().message,
            "Apply failed with 2 conflicts: conflicts with \"kubectl-client-side-apply\" using apps/v1:\n"
            "- .spec.args\n- .spec.replicas");
}

TEST(Apply, AnApplierIsNamedWithoutVersion) {
  const auto live = applied(json::object{}, "alice", object(R"({"replicas":2})"));
  const auto refused =
      apply(live, object(R"({"replicas":3})"), deployment(), writer("bob"), ApplyMode::refuse_conflicts);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            R"(Apply failed with 1 conflict: conflict with "alice": .spec.replicas)");
}

TEST(Apply, EqualValuesAreShared) {
  auto live = applied(json::object{}, "alice", object(R"({"replicas":2})"));
  live = applied(live, "bob", object(R"({"replicas":2})"));
  EXPECT_EQ(owned(live, "alice"), owned(live, "bob"));
}

TEST(Apply, ForceTakesOver) {
  auto live = applied(json::object{}, "alice", object(R"({"replicas":2,"args":["a"]})"));
  live = applied(live, "bob", object(R"({"replicas":3})"), ApplyMode::force);
  EXPECT_EQ(owned(live, "alice"), (Paths{".spec.args"}));
  EXPECT_EQ(owned(live, "bob"), (Paths{".spec.replicas"}));
  EXPECT_EQ(json::int_at(live, {"spec", "replicas"}), 3);
}

TEST(Apply, ListsMergeInTheAppliedOrder) {
  auto live =
      applied(json::object{}, "alice", object(R"({"containers":[{"name":"a"},{"name":"b"},{"name":"c"}]})"));
  live = applied(live, "bob", object(R"({"containers":[{"name":"c"},{"name":"n"},{"name":"a"}]})"));
  EXPECT_EQ(live.at("spec"), doc(R"({"containers":[{"name":"c"},{"name":"n"},{"name":"a"},{"name":"b"}]})"));
}

TEST(Apply, SetsUnite) {
  auto live = applied(json::object{}, "alice", object("{}", R"({"name":"d","finalizers":["a"]})"));
  live = applied(live, "bob", object("{}", R"({"name":"d","finalizers":["b"]})"));
  EXPECT_EQ(live.at("metadata").at("finalizers"), doc(R"(["a","b"])"));
  live = applied(live, "alice", object("{}"));
  EXPECT_EQ(live.at("metadata").at("finalizers"), doc(R"(["b"])"));
}

TEST(Apply, RefusesManagedFieldsAndEqualKeys) {
  const auto with_fields = object("{}", R"({"name":"d","managedFields":[{"manager":"x"}]})");
  const auto refused = apply(json::object{}, with_fields, deployment(), writer("a"), ApplyMode::force);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "metadata.managedFields must be nil");
  const auto twins = object(R"({"containers":[{"name":"a"},{"name":"a"}]})");
  const auto duplicate = apply(json::object{}, twins, deployment(), writer("a"), ApplyMode::force);
  ASSERT_FALSE(duplicate);
  EXPECT_EQ(duplicate.error().message, R"(.spec.containers: duplicate entries for key [name="a"])");
  const auto nameless = object(R"({"containers":[{"image":"a"}]})");
  EXPECT_FALSE(apply(json::object{}, nameless, deployment(), writer("a"), ApplyMode::force));
}

TEST(TrackUpdate, OwnsWhatChanged) {
  const auto made = updated(json::object{}, "creator", object(R"({"replicas":1,"args":["a"]})"));
  auto next = made;
  next.at("spec").as_object()["replicas"] = 5;
  next = updated(made, "scaler", next);
  EXPECT_EQ(owned(next, "creator"), (Paths{".spec.args"}));
  EXPECT_EQ(owned(next, "scaler"), (Paths{".spec.replicas"}));
}

TEST(TrackUpdate, NoChangeIsNoChange) {
  const auto made =
      updated(json::object{}, "creator", object(R"({"replicas":1,"containers":[{"name":"a"}]})"));
  auto same = made;
  track_update(made, same, deployment(), writer("other", "2027-01-01T00:00:00Z"));
  EXPECT_EQ(made, same);
}

TEST(TrackUpdate, RemovedFieldsAreNobodys) {
  const auto made = updated(json::object{}, "creator", object(R"({"replicas":1,"args":["a"]})"));
  auto next = made;
  next.at("spec").as_object().erase("args");
  next = updated(made, "other", next);
  EXPECT_EQ(owned(next, "creator"), (Paths{".spec.replicas"}));
  EXPECT_EQ(owned(next, "other"), Paths{});
}

TEST(TrackUpdate, ASubresourceIsAWriterOfItsOwn) {
  const auto made = updated(json::object{}, "op", object(R"({"replicas":1})"));
  auto next = made;
  next.as_object()["status"] = doc(R"({"ready":1})");
  auto through_status = writer("op");
  through_status.subresource = "status";
  track_update(made, next, deployment(), through_status);
  EXPECT_EQ(next.at("metadata").at("managedFields").as_array().size(), 2u);
}

TEST(TrackUpdate, ResetForgetsEveryOwner) {
  const auto made = updated(json::object{}, "creator", object(R"({"replicas":1})"));
  auto next = made;
  next.at("metadata").as_object()["managedFields"] = doc("[{}]");
  next = updated(made, "other", next);
  EXPECT_FALSE(next.at("metadata").as_object().contains("managedFields"));
}

TEST(TrackUpdate, OldUpdatersAreFolded) {
  json::value live = updated(json::object{}, "m00", object("{}", R"({"name":"d","labels":{"l0":"0"}})"));
  for (int i = 1; i < 15; ++i) {
    auto next = live;
    next.at("metadata").at("labels").as_object()[fmt::format("l{}", i)] = "x";
    track_update(live, next, deployment(),
                 writer(fmt::format("m{:02}", i), fmt::format("2026-01-{:02}T00:00:00Z", i + 1)));
    live = next;
  }
  EXPECT_LE(live.at("metadata").at("managedFields").as_array().size(), 10u);
  EXPECT_FALSE(owned(live, "ancient-changes").empty());
}

}  // namespace
}  // namespace dynamo::schema
