#include "up/lock.h"

#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/test_folder.h"
#include "process/descriptor.h"

namespace dynamo::up {
namespace {

class LockTest : public testing::Test {
 protected:
  const TestFolder folder_;
  const std::string path_ = folder_.path() + "/lock";
};

TEST_F(LockTest, IsHeldByOneAndNamesIt) {
  EXPECT_EQ(lock_holder(path_), 0);
  {
    const auto held = Lock::take(path_);
    ASSERT_TRUE(held);
    EXPECT_EQ(lock_holder(path_), ::getpid());
    const auto second = Lock::take(path_);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::already_exists);
    EXPECT_THAT(second.error().message, testing::HasSubstr(std::to_string(::getpid())));
  }
  EXPECT_EQ(lock_holder(path_), 0);
  EXPECT_TRUE(Lock::take(path_));
}

TEST_F(LockTest, IsFreeOnceItsHolderWasKilled) {
  auto ready = process::Pipe::open();
  const pid_t child = ::fork();
  if (child == 0) {
    const auto held = Lock::take(path_);
    [[maybe_unused]] const auto n = ::write(ready->write.get(), "x", 1);
    ::pause();
    ::_exit(0);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready->read.get(), &byte, 1), 1);
  EXPECT_EQ(lock_holder(path_), child);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(lock_holder(path_), 0);
  EXPECT_TRUE(Lock::take(path_));
}

}  // namespace
}  // namespace dynamo::up
