#include "up/reporter.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "process/descriptor.h"

namespace dynamo::up {
namespace {

/// What the command in the foreground sees of a report; the process that gives it ends then.
template <class Report>
Result<void> followed(Report&& report) {
  auto pipe = process::Pipe::open();
  {
    Reporter reporter(::dup(pipe->write.get()));
    report(reporter);
    reporter.ready();  // closes the copy; a second outcome is not looked at
  }
  pipe->write.close();
  return follow_report(pipe->read.get());
}

TEST(Reporter, ReadyIsSuccess) {
  testing::internal::CaptureStdout();
  const auto outcome = followed([](Reporter& reporter) { reporter.say("one\ntwo"); });
  EXPECT_TRUE(outcome);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "one\ntwo\none\ntwo\n") << "said by both sides";
}

TEST(Reporter, AFailureKeepsItsLines) {
  const auto outcome = followed([](Reporter& reporter) {
    reporter.not_ready(Error{Errc::invalid, "a.yaml:1:1: first\na.yaml:2:1: second", nullptr});
  });
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::invalid);
  EXPECT_EQ(outcome.error().message, "a.yaml:1:1: first\na.yaml:2:1: second");
}

TEST(Reporter, OtherFailuresAreNotTheInputs) {
  const auto outcome =
      followed([](Reporter& reporter) { reporter.not_ready(Error{Errc::not_found, "gone"}); });
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::unavailable);
}

TEST(Reporter, ASuddenEndIsAnError) {
  auto pipe = process::Pipe::open();
  pipe->write.close();
  const auto outcome = follow_report(pipe->read.get());
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::internal);
}

}  // namespace
}  // namespace dynamo::up
