#include <filesystem>
#include <gtest/gtest.h>

#include "base/file.h"

#include "jinja/template.h"

/// testdata/transformers: templates, variables, and what `transformers` makes of them: NAME.CASE.json beside
/// NAME.CASE.expected, which is "EXC " and the message where the template raises an exception.
namespace dynamo::jinja {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = fs::path(DYNAMO_SOURCE_DIR) / "src/jinja/testdata/transformers";

std::string rendering(const fs::path& variables) {
  const auto name = variables.filename().string();
  const auto source = read_file(kFolder / (name.substr(0, name.find('.')) + ".jinja"));
  if (!source) return source.error().message;
  const auto parsed = Template::parse(*source);
  if (!parsed) return parsed.error().message;
  const auto document = json::parse(read_file(variables).value_or("{}"));
  if (!document) return document.error().message;
  const auto text = parsed->render(document->as_object());
  if (text) return *text;
  const auto raised = raised_message(text.error());
  return "EXC " + (raised ? std::string(*raised) : text.error().message);
}

std::vector<fs::path> cases() {
  std::vector<fs::path> out;
  for (const auto& file : fs::directory_iterator(kFolder)) {
    if (file.path().extension() == ".json") out.push_back(file.path());
  }
  std::ranges::sort(out);
  return out;
}

class Golden : public ::testing::TestWithParam<fs::path> {};

TEST_P(Golden, IsWhatTransformersRenders) {
  auto expected = GetParam();
  expected.replace_extension(".expected");
  EXPECT_EQ(rendering(GetParam()), read_file(expected).value_or("no such file"));
}

INSTANTIATE_TEST_SUITE_P(Transformers, Golden, ::testing::ValuesIn(cases()), [](const auto& row) {
  auto name = row.param.stem().string();
  std::ranges::replace(name, '.', '_');
  return name;
});

}  // namespace
}  // namespace dynamo::jinja
