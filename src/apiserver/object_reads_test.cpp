#include <gtest/gtest.h>

#include "apiserver/server_fixture.h"
#include "apiserver/test_objects.h"

namespace dynamo::apiserver {
namespace {

class ObjectReads : public ServerTest {};

TEST_F(ObjectReads, Lists) {
  for (const auto name : {"a", "b", "c", "d", "e"}) {
    post(kConfigMaps, fmt::format(R"({{"metadata":{{"name":"{}","labels":{{"n":"{}"}}}}}})", name, name));
  }
  EXPECT_EQ(get(kConfigMaps).body.at("items").as_array().size(), 5u);
  EXPECT_EQ(get(kConfigMaps + "?labelSelector=n%20in%20(a,b)").body.at("items").as_array().size(), 2u);
  EXPECT_EQ(get(kConfigMaps + "?labelSelector=n%21%3Da").body.at("items").as_array().size(), 4u);
  EXPECT_EQ(get(kConfigMaps + "?fieldSelector=metadata.name%3Dc").body.at("items").as_array().size(), 1u);
  EXPECT_EQ(get("/api/v1/configmaps").body.at("items").as_array().size(), 5u);

  std::vector<std::string> names;
  std::string token;
  int pages = 0;
  do {
    const Reply page =
        get(kConfigMaps + "?limit=2" + (token.empty() ? "" : "&continue=" + net::percent_encode(token)));
    for (const auto& item : page.body.at("items").as_array())
      names.emplace_back(json::string_at(item, {"metadata", "name"}));
    token = page.at({"metadata", "continue"});
    ++pages;
  } while (!token.empty() && pages < 9);
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(names, (std::vector<std::string>{"a", "b", "c", "d", "e"}));
}

TEST_F(ObjectReads, TablesForKubectl) {
  post(kPods, pod("p"));
  const Reply table = get(kPods, "application/json;as=Table;v=v1;g=meta.k8s.io,application/json");
  EXPECT_EQ(table.at({"kind"}), "Table");
  std::string header;
  for (const auto& column : table.body.at("columnDefinitions").as_array())
    header += std::string(json::string_at(column, {"name"})) + " ";
  EXPECT_EQ(header, "Name Ready Status Restarts Age IP Node Nominated Node Readiness Gates ");
  EXPECT_EQ(json::dump(table.body.at("rows").at(0).at("cells")),
            R"(["p","0/1","Pending","0","0s","<none>","<none>","<none>","<none>"])");
  EXPECT_EQ(get(kPods, "application/json;as=Table;v=v1beta1;g=meta.k8s.io").at({"apiVersion"}),
            "meta.k8s.io/v1beta1");
  EXPECT_EQ(get(kPods, "application/vnd.kubernetes.protobuf").code, 406);
}

}  // namespace
}  // namespace dynamo::apiserver
