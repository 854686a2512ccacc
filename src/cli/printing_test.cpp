#include "cli/printing.h"

#include <gtest/gtest.h>

namespace dynamo::cli {
namespace {

json::value pod_table() {
  return json::parse(R"({"kind":"Table","columnDefinitions":[
    {"name":"Name","priority":0},{"name":"Ready","priority":0},{"name":"Age","priority":0},{"name":"IP","priority":1}],
    "rows":[
    {"cells":["a","1/1","5s","127.0.0.2"],"object":{"kind":"Pod","metadata":{"namespace":"x"},
      "status":{"containerStatuses":[{"containerID":"process://42","state":{"running":{}}}]}}},
    {"cells":["b","0/1",null,null],"object":{"kind":"Pod","metadata":{"namespace":"y"},
      "status":{"containerStatuses":[{"containerID":"process://43","state":{"terminated":{}}}]}}}]})")
      .value();
}

TEST(TableText, ShowsColumnsByPriorityAndThePidsOfPods) {
  EXPECT_EQ(table_text(pod_table(), {}),
            "NAME   READY   AGE   PID\n"
            "a      1/1     5s    42\n"
            "b      0/1           -\n");
  EXPECT_EQ(table_text(pod_table(), {.wide = true, .with_namespace = true}),
            "NAMESPACE   NAME   READY   AGE   IP          PID\n"
            "x           a      1/1     5s    127.0.0.2   42\n"
            "y           b      0/1                       -\n");
}

TEST(DocumentText, LeavesManagedFieldsOut) {
  const json::value object{{"metadata", {{"name", "a"}, {"managedFields", json::array()}}}};
  EXPECT_EQ(document_text(object, "yaml"), "metadata:\n  name: a\n");
  EXPECT_EQ(document_text({{"items", {object}}}, "json").find("managedFields"), std::string::npos);
}

}  // namespace
}  // namespace dynamo::cli
