#include "chat/template_files.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/test_folder.h"

namespace dynamo::chat {
namespace {

namespace fs = std::filesystem;

struct File {
  std::string_view name;
  std::string_view text;
};

class TemplateFilesTest : public ::testing::Test {
 protected:
  const fs::path& folder(std::initializer_list<File> files) {
    for (const File& file : files) {
      const fs::path path = folder_ / file.name;
      fs::create_directories(path.parent_path());
      EXPECT_TRUE(write_file(path.string(), file.text));
    }
    return folder_;
  }

  const TestFolder test_folder_;
  const fs::path folder_ = test_folder_.path();
};

using Templates = std::map<std::string, std::string, std::less<>>;

constexpr File kConfig{"tokenizer_config.json", R"({"chat_template": "config", "bos_token": "<s>"})"};

TEST_F(TemplateFilesTest, ATextInTheConfigurationIsTheDefault) {
  const auto read = read_template_files(folder({kConfig}));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->templates, (Templates{{"default", "config"}}));
  EXPECT_EQ(read->special_tokens, (json::object{{"bos_token", "<s>"}}));
}

TEST_F(TemplateFilesTest, TheConfigurationMayNameSeveral) {
  const Templates both{{"default", "a"}, {"rag", "b"}};
  EXPECT_EQ(read_template_files(folder({{"tokenizer_config.json",
                                         R"({"chat_template": [{"name": "default", "template": "a"},
                                                               {"name": "rag", "template": "b"}]})"}}))
                ->templates,
            both);
  EXPECT_EQ(read_template_files(
                folder({{"tokenizer_config.json", R"({"chat_template": {"rag": "b", "default": "a"}})"}}))
                ->templates,
            both);
}

TEST_F(TemplateFilesTest, FilesOfTemplatesWinOverTheConfiguration) {
  EXPECT_EQ(read_template_files(folder({kConfig, {"chat_template.json", R"({"chat_template": "older"})"}}))
                ->templates,
            (Templates{{"default", "older"}}));
  EXPECT_EQ(read_template_files(folder({{"chat_template.jinja", "file\n"}}))->templates,
            (Templates{{"default", "file\n"}}));
  EXPECT_EQ(read_template_files(folder({{"additional_chat_templates/rag.jinja", "rag"},
                                        {"additional_chat_templates/README.md", "no template"}}))
                ->templates,
            (Templates{{"default", "file\n"}, {"rag", "rag"}}));
}

TEST_F(TemplateFilesTest, AFileStandsForItselfOrForItsFolder) {
  const fs::path& model = folder({kConfig, {"other.jinja", "other"}});
  EXPECT_EQ(read_template_files(model / "other.jinja")->templates, (Templates{{"default", "other"}}));
  EXPECT_EQ(read_template_files(model / "tokenizer_config.json")->templates,
            (Templates{{"default", "config"}}));
}

struct BadFolder {
  std::string_view name;
  File file;
  Errc code;
  std::string_view says;
};

class BadFolderTest : public TemplateFilesTest, public ::testing::WithParamInterface<BadFolder> {};

TEST_P(BadFolderTest, IsRefusedByName) {
  const auto read = read_template_files(folder({GetParam().file}));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, GetParam().code);
  EXPECT_NE(read.error().message.find(GetParam().says), std::string::npos) << read.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Folders, BadFolderTest,
    ::testing::Values(
        BadFolder{"no_template", {"tokenizer_config.json", "{}"}, Errc::not_found, "no chat template"},
        BadFolder{"null",
                  {"tokenizer_config.json", R"({"chat_template": null})"},
                  Errc::not_found,
                  "no chat template"},
        BadFolder{"broken", {"tokenizer_config.json", "{"}, Errc::invalid, "tokenizer_config.json"},
        BadFolder{"no_object", {"tokenizer_config.json", "[]"}, Errc::invalid, "must be an object"},
        BadFolder{"number",
                  {"tokenizer_config.json", R"({"chat_template": 7})"},
                  Errc::invalid,
                  "must be a text or a list"},
        BadFolder{"unnamed",
                  {"tokenizer_config.json", R"({"chat_template": [{"template": "a"}]})"},
                  Errc::invalid,
                  "\"name\" and a \"template\""},
        BadFolder{"no_text",
                  {"chat_template.json", R"({"chat_template": {"default": 1}})"},
                  Errc::invalid,
                  "chat_template.json: chat_template: \"default\" must be a text"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(TemplateFilesTest, WhatIsNotThereIsNotFound) {
  EXPECT_EQ(read_template_files(folder_ / "nowhere").error().code, Errc::not_found);
}

}  // namespace
}  // namespace dynamo::chat
