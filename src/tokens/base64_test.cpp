#include "tokens/base64.h"

#include <gtest/gtest.h>

namespace dynamo::tokens {
namespace {

TEST(Base64, ReadsEveryLengthOfEnding) {
  EXPECT_EQ(decode_base64(""), std::string());
  EXPECT_EQ(decode_base64("YQ=="), "a");
  EXPECT_EQ(decode_base64("YWI="), "ab");
  EXPECT_EQ(decode_base64("YWJj"), "abc");
  EXPECT_EQ(decode_base64("+/8A"), std::string("\xFB\xFF\0", 3));
}

TEST(Base64, RefusesWhatIsNot) {
  for (const std::string_view text : {"YQ", "Y Q=", "YQ==YQ==", "====", "Y===", "YW\nI", "äöü="}) {
    const auto decoded = decode_base64(text);
    ASSERT_FALSE(decoded) << text;
    EXPECT_EQ(decoded.error().code, Errc::invalid);
  }
}

}  // namespace
}  // namespace dynamo::tokens
