#include "up/state.h"

#include <gtest/gtest.h>

namespace dynamo::up {
namespace {

TEST(StateDir, FollowsXdgThenHome) {
  EXPECT_EQ(state_dir("default", {{"XDG_STATE_HOME", "/s"}, {"HOME", "/h"}})->root, "/s/dynamo/default");
  EXPECT_EQ(state_dir("b-2", {{"HOME", "/h"}})->kubeconfig(), "/h/.local/state/dynamo/b-2/kubeconfig");
  EXPECT_EQ(state_dir("default", {}).error().code, Errc::invalid);
}

TEST(StateDir, RefusesNamesThatAreNoLabels) {
  for (const std::string name : {"", "A", "a/b", "..", "-a", "a-", "a b"}) {
    EXPECT_FALSE(state_dir(name, {{"HOME", "/h"}})) << name;
  }
  EXPECT_FALSE(state_dir(std::string(64, 'a'), {{"HOME", "/h"}}));
}

}  // namespace
}  // namespace dynamo::up
