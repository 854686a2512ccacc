#include <gtest/gtest.h>

#include "apiserver/server_fixture.h"
#include "apiserver/test_objects.h"

namespace dynamo::apiserver {
namespace {

class PodLogs : public ServerTest {};

TEST_F(PodLogs, Logs) {
  post(kPods, pod("p"));
  EXPECT_EQ(get(kPods + "/p/log").text, "one\ntwo\n");
  EXPECT_EQ(get(kPods + "/p/log?limitBytes=5").text, "one\nt");
  EXPECT_EQ(get(kPods + "/p/log?container=zap").message(), "container zap is not valid for pod p");
  EXPECT_EQ(get(kPods + "/none/log").code, 404);
  get(kPods + "/p/log?tailLines=3&previous=true&timestamps=1");
  EXPECT_EQ(logs_.last.tail_lines, 3);
  EXPECT_TRUE(logs_.last.previous && logs_.last.timestamps);
  EXPECT_EQ(logs_.last.container, "c");
}

TEST_F(PodLogs, FollowsLogs) {
  post(kPods, pod("p"));
  loop_.post([this] { logs_.more.set(); });
  EXPECT_EQ(get(kPods + "/p/log?follow=true").text, "one\ntwo\nthree\n");
}

}  // namespace
}  // namespace dynamo::apiserver
