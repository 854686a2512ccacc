#include "base/file.h"

#include <fcntl.h>
#include <filesystem>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/test_folder.h"

namespace dynamo {
namespace {

struct FileTest : ::testing::Test {
  std::string path(const std::string& name) const { return (folder / name).string(); }
  const TestFolder test_folder;
  const std::filesystem::path folder = test_folder.path();
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

TEST_F(FileTest, DoesNotReadWithoutEnd) {
  ASSERT_TRUE(write_file(path("a"), std::string(20'000, 'x')));
  EXPECT_EQ(read_file(path("a"), 20'000).value().size(), 20'000U);
  for (const auto& large : {path("a"), std::string("/dev/zero")}) {
    const auto refused = read_file(large, 19'999);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::too_large);
    EXPECT_EQ(refused.error().message, large + ": larger than 19999 bytes");
  }
}

TEST_F(FileTest, ReadsWhatIsLeftOfADescriptor) {
  const std::string text(50'000, 'x');
  ASSERT_TRUE(write_file(path("a"), "skipped" + text));
  const int file = ::open(path("a").c_str(), O_RDONLY);
  ASSERT_EQ(::lseek(file, 7, SEEK_SET), 7);
  EXPECT_EQ(read_all(file, "a").value(), text);
  ::close(file);
  const auto closed = read_all(file, "<stdin>");
  ASSERT_FALSE(closed);
  EXPECT_TRUE(closed.error().message.starts_with("<stdin>: ")) << closed.error().message;
}

}  // namespace
}  // namespace dynamo
