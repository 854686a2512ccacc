#include "base/environment.h"

#include <cstdlib>
#include <gtest/gtest.h>

namespace dynamo {
namespace {

TEST(Environment, EmptyVariablesCountAsUnset) {
  const Environment env{{"SET", "x"}, {"EMPTY", ""}};
  EXPECT_EQ(env.get("SET"), "x");
  EXPECT_EQ(env.get("EMPTY"), std::nullopt);
  EXPECT_EQ(env.get("ABSENT"), std::nullopt);
  EXPECT_EQ(env.get_or("ABSENT", "fallback"), "fallback");
}

TEST(Environment, ReadsTheProcess) {
  ::setenv("DYNAMO_ENVIRONMENT_TEST", "a=b", 1);
  EXPECT_EQ(Environment::of_process().get("DYNAMO_ENVIRONMENT_TEST"), "a=b");
}

TEST(Environment, SwitchesAreReadInAnyCase) {
  for (const auto* on : {"1", "true", "TRUE", "Yes", "on", "t"}) EXPECT_EQ(parse_switch(on), true) << on;
  for (const auto* off : {"0", "false", "No", "OFF", "F"}) EXPECT_EQ(parse_switch(off), false) << off;
  for (const auto* other : {"", "2", "maybe"}) EXPECT_EQ(parse_switch(other), std::nullopt) << other;
}

}  // namespace
}  // namespace dynamo
