#include <filesystem>
#include <gtest/gtest.h>

#include "base/file.h"

#include "chat/chat_template.h"

/// Prompts that `transformers` made of conversations of all kinds, with templates like those of the public
/// model families. `tests/templates/run.sh golden` writes them anew; `make test-templates` compares far more.
namespace dynamo::chat {
namespace {

namespace fs = std::filesystem;

const fs::path& folder() {
  static const fs::path kFolder = fs::path(DYNAMO_SOURCE_DIR) / "tests" / "templates";
  return kFolder;
}

json::value read_golden(const std::string& name) {
  return json::parse(read_file((folder() / "golden" / (name + ".json")).string()).value()).value();
}

std::vector<std::string> families() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder() / "families")) {
    names.push_back(entry.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

Result<std::string> render(const ChatTemplates& templates, const json::value& arguments, WallTime now) {
  auto chat = read_arguments(arguments.get_object());
  if (!chat) return std::unexpected(chat.error());
  return templates.render(std::move(*chat), {.now = now});
}

class FamilyTest : public ::testing::TestWithParam<std::string> {};

TEST_P(FamilyTest, WritesThePromptsOfTransformers) {
  const auto templates = ChatTemplates::load(folder() / "families" / (GetParam() + ".jinja"));
  ASSERT_TRUE(templates) << templates.error().message;
  const json::value conversations = read_golden("conversations");
  const WallTime now = parse_rfc3339(json::string_at(conversations, {"now"})).value();
  const json::array wanted = read_golden(GetParam()).get_array();
  const json::array& arguments = conversations.at("arguments").get_array();
  ASSERT_EQ(wanted.size(), arguments.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    SCOPED_TRACE(fmt::format("conversation {}", i));
    const auto prompt = render(**templates, arguments[i], now);
    if (wanted[i].get_object().contains("prompt")) {
      ASSERT_TRUE(prompt) << prompt.error().message;
      EXPECT_EQ(*prompt, json::string_at(wanted[i], {"prompt"}));
    } else {
      ASSERT_FALSE(prompt);
      EXPECT_EQ(prompt.error().code, Errc::invalid);
      if (json::bool_at(wanted[i], {"raised"})) {
        EXPECT_EQ(words_for_client(prompt.error()), json::string_at(wanted[i], {"error"}));
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Families, FamilyTest, ::testing::ValuesIn(families()),
                         [](const auto& row) { return row.param; });

}  // namespace
}  // namespace dynamo::chat
