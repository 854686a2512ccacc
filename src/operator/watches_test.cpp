#include "operator/watches.h"

#include <gtest/gtest.h>

#include "base/yaml.h"

namespace dynamo::operators {
namespace {

kube::ObjectPtr object(std::string_view text) {
  if (text.empty()) return nullptr;
  return std::make_shared<const kube::Object>(yaml::parse(text).value().as_object());
}

struct ChangeCase {
  std::string name;
  std::string before;  // empty = it was not there
  std::string after;   // empty = it went
  bool calls;
};
std::string name_of(const ::testing::TestParamInfo<ChangeCase>& row) { return row.param.name; }

class WishesTest : public ::testing::TestWithParam<ChangeCase> {};
TEST_P(WishesTest, CallAReconciler) {
  EXPECT_EQ(wishes_changed({object(GetParam().before), object(GetParam().after)}), GetParam().calls);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, WishesTest,
    ::testing::Values(
        ChangeCase{"appeared", "", "{metadata: {generation: 1}}", true},
        ChangeCase{"went", "{metadata: {generation: 1}}", "", true},
        ChangeCase{"spec", "{metadata: {generation: 1}}", "{metadata: {generation: 2}}", true},
        ChangeCase{"status", "{metadata: {generation: 1, resourceVersion: '1'}, status: {a: 1}}",
                   "{metadata: {generation: 1, resourceVersion: '2'}, status: {a: 2}}", false},
        ChangeCase{"annotation", "{metadata: {generation: 1}}",
                   "{metadata: {generation: 1, annotations: {a: b}}}", true},
        ChangeCase{"label", "{metadata: {labels: {a: b}}}", "{metadata: {labels: {a: c}}}", true},
        ChangeCase{"finalizer", "{metadata: {finalizers: [f]}}", "{metadata: {}}", true},
        ChangeCase{"deletion", "{metadata: {}}", "{metadata: {deletionTimestamp: '2026-01-01T00:00:00Z'}}",
                   true},
        ChangeCase{"another_of_that_name", "{metadata: {uid: a}}", "{metadata: {uid: b}}", true}),
    name_of);

TEST(WishesTest, AResyncCallsAReconciler) {
  const kube::ObjectPtr same = object("{metadata: {generation: 1}}");
  EXPECT_TRUE(wishes_changed({same, same}));
}

class PodsTest : public ::testing::TestWithParam<ChangeCase> {};
TEST_P(PodsTest, MayBeMadeOfSomethingElse) {
  EXPECT_EQ(changes_pods({object(GetParam().before), object(GetParam().after)}), GetParam().calls);
}
const std::string kForPods =
    "{kind: ServiceAccount, metadata: {labels: {nvidia.com/dynamo-component-pod: 'true'}}}";
const std::string kAnyAccount = "{kind: ServiceAccount, metadata: {}}";
INSTANTIATE_TEST_SUITE_P(
    Rows, PodsTest,
    ::testing::Values(ChangeCase{"secret_came", "", "{kind: Secret, metadata: {}}", true},
                      ChangeCase{"secret_went", "{kind: Secret, metadata: {}}", "", true},
                      ChangeCase{"account_for_pods", "", kForPods, true},
                      ChangeCase{"account_no_longer_for_pods", kForPods, kAnyAccount, true},
                      ChangeCase{"any_account", "", kAnyAccount, false}),
    name_of);

}  // namespace
}  // namespace dynamo::operators
