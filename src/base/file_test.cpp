#include "base/file.h"

#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>

namespace dynamo {
namespace {

struct FileTest : ::testing::Test {
  FileTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "dynamo-file-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
  }
  ~FileTest() override { std::filesystem::remove_all(folder); }
  std::string path(const std::string& name) const { return (folder / name).string(); }
  std::filesystem::path folder;
};

TEST_F(FileTest, ReadsBackWhatWasWrittenLastAndLeavesNothingBeside) {
  const std::string large(100'000, '\0');
  ASSERT_TRUE(write_file(path("a"), "first"));
  ASSERT_TRUE(write_file(path("a"), large, 0600));
  EXPECT_EQ(read_file(path("a")).value(), large);
  EXPECT_EQ(std::filesystem::status(path("a")).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
}

TEST_F(FileTest, FailuresNameThePath) {
  const auto absent = read_file(path("absent"));
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, Errc::not_found);
  EXPECT_NE(absent.error().message.find(path("absent")), std::string::npos);
  EXPECT_EQ(read_file(folder.string()).error().code, Errc::io);
  EXPECT_EQ(write_file(path("no/such/folder"), "x").error().code, Errc::not_found);
}

}  // namespace
}  // namespace dynamo
