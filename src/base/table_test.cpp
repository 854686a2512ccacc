#include "base/table.h"

#include <gtest/gtest.h>

namespace dynamo {
namespace {

TEST(TextTable, LinesColumnsUpWithoutTrailingBlanks) {
  TextTable table({"NAME", "READY", "AGE"});
  EXPECT_TRUE(table.empty());
  table.add({"agg-frontend", "1/1", "5s"});
  table.add({"ägg", "", "12m"});
  EXPECT_EQ(table.to_string(),
            "NAME           READY   AGE\n"
            "agg-frontend   1/1     5s\n"
            "ägg                    12m\n");
  EXPECT_EQ(table.to_string(false),
            "agg-frontend   1/1   5s\n"
            "ägg                  12m\n");
}

}  // namespace
}  // namespace dynamo
