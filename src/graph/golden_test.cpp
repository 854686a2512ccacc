#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <string>

#include "api/builtin.h"
#include "api/check.h"
#include "base/yaml.h"
#include "graph/offline.h"

/// Whole renderings, compared with files that were read by a person. After a wanted change write them anew
/// with
///   DYNAMO_REGENERATE=1 build/dev/src/graph/graph_test --gtest_filter='*Golden*'
/// and read what changed; the run itself fails, so that it cannot be mistaken for a test.
namespace dynamo::graph {
namespace {

struct Sample {
  std::string name;
  std::string source;  // below the repository
  std::string golden() const {
    return fmt::format("{}/src/graph/testdata/{}.golden.yaml", DYNAMO_SOURCE_DIR, name);
  }
};

std::string read_file(const std::string& path) {
  const std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

Result<std::vector<json::object>> objects_of(const Sample& sample) {
  return render_offline(read_file(fmt::format("{}/{}", DYNAMO_SOURCE_DIR, sample.source)),
                        {.file = sample.source});
}
Result<std::string> documents_of(const Sample& sample) {
  return render_documents(read_file(fmt::format("{}/{}", DYNAMO_SOURCE_DIR, sample.source)),
                          {.file = sample.source});
}

class GoldenTest : public ::testing::TestWithParam<Sample> {};

TEST_P(GoldenTest, IsRenderedAsWritten) {
  const auto documents = documents_of(GetParam());
  ASSERT_TRUE(documents) << documents.error().message;
  if (std::getenv("DYNAMO_REGENERATE") != nullptr) {
    std::ofstream(GetParam().golden()) << *documents;
    FAIL() << "wrote " << GetParam().golden();
  }
  EXPECT_EQ(*documents, read_file(GetParam().golden()));
}

TEST_P(GoldenTest, IsTheSameEveryTime) { EXPECT_EQ(*documents_of(GetParam()), *documents_of(GetParam())); }

TEST_P(GoldenTest, HasOnlyFieldsThatKubernetesKnows) {
  const auto objects = objects_of(GetParam());
  ASSERT_TRUE(objects) << objects.error().message;
  for (const json::object& object : *objects) {
    const api::ObjectFindings found = api::check_object(object);
    EXPECT_TRUE(found.unknown_fields.empty()) << json::dump(object) << found.unknown_fields.front();
    EXPECT_TRUE(found.errors.empty()) << json::dump(object) << found.errors.front().to_string();
  }
}

INSTANTIATE_TEST_SUITE_P(Samples, GoldenTest,
                         ::testing::Values(Sample{"agg", "examples/agg.yaml"},
                                           Sample{"disagg", "examples/disagg.yaml"},
                                           Sample{"mocker", "src/graph/testdata/mocker.yaml"},
                                           Sample{"overrides", "src/graph/testdata/overrides.yaml"}),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace dynamo::graph
