#include "operator/attempt.h"

#include <gtest/gtest.h>

namespace dynamo::operators {
namespace {

using Ending = Attempt::Ending;

struct EndingCase {
  std::string name;
  Attempt attempt;
  Ending ending;
  bool again;
  std::string reason;  // that the status says; empty = none
};
Error error(Errc code) { return {code, "why", nullptr}; }

class AttemptTest : public ::testing::TestWithParam<EndingCase> {};
TEST_P(AttemptTest, EndsAsItShould) {
  const EndingCase& row = GetParam();
  EXPECT_EQ(row.attempt.ending, row.ending);
  EXPECT_EQ(std::holds_alternative<kube::Backoff>(row.attempt.outcome()), row.again);
  const auto told = row.attempt.told();
  EXPECT_EQ(told ? told->reason : "", row.reason);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, AttemptTest,
    ::testing::Values(EndingCase{"success", Attempt::success({}), Ending::succeeded, false, ""},
                      EndingCase{"invalid", Attempt::refusal(error(Errc::invalid)), Ending::refused, false,
                                 "ValidationFailed"},
                      EndingCase{"unsupported", Attempt::refusal(error(Errc::unsupported)), Ending::refused,
                                 false, "ValidationFailed"},
                      EndingCase{"claim_missing", Attempt::refusal(error(Errc::not_found)), Ending::failed,
                                 true, "failed_to_reconcile_the_resources"},
                      EndingCase{"server_away", Attempt::failure(error(Errc::unavailable)), Ending::failed,
                                 true, "failed_to_reconcile_the_resources"},
                      EndingCase{"server_refuses", Attempt::failure(error(Errc::invalid)), Ending::failed,
                                 true, "failed_to_reconcile_the_resources"},
                      EndingCase{"somebody_was_faster", Attempt::failure(error(Errc::conflict)),
                                 Ending::passing, true, "failed_to_reconcile_the_resources"},
                      EndingCase{"stopping", Attempt::failure(error(Errc::cancelled)), Ending::passing, true,
                                 "failed_to_reconcile_the_resources"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace dynamo::operators
