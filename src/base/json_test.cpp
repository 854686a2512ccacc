#include "base/json.h"

#include <gtest/gtest.h>

namespace dynamo {
namespace {

TEST(Json, WritesCompactAndIndented) {
  const json::value v{
      {"a", {1, -2, 3.0, 0.5, true, nullptr}}, {"b", {{"c", "x\"\n"}}}, {"d", json::object()}};
  EXPECT_EQ(json::dump(v), R"({"a":[1,-2,3.0,0.5,true,null],"b":{"c":"x\"\n"},"d":{}})");
  EXPECT_EQ(json::dump_pretty(v), R"({
  "a": [
    1,
    -2,
    3.0,
    0.5,
    true,
    null
  ],
  "b": {
    "c": "x\"\n"
  },
  "d": {}
})");
  EXPECT_EQ(json::parse(json::dump_pretty(v)).value(), v);
}

TEST(Json, ReadsEveryDoubleExactly) {
  for (const double number :
       {0.1, 1e-7, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 9007199254740993.5,
        0.30000000000000004, 8.2143970426182104e-06, -1.8370529482174891e+22}) {
    EXPECT_EQ(json::parse(fmt::format("[{:.17e}]", number)).value().at(0).as_double(), number);
    EXPECT_EQ(json::parse(fmt::format("{:.17e}", number)).value().as_double(), number);
  }
  EXPECT_EQ(json::parse("1e-400").value().as_double(), 0.0);
}

struct BadCase {
  std::string_view name, text, place;
};
class BadJson : public ::testing::TestWithParam<BadCase> {};
TEST_P(BadJson, IsRefusedWithItsPlace) {
  const auto parsed = json::parse(GetParam().text);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().code, Errc::invalid);
  EXPECT_NE(parsed.error().message.find(GetParam().place), std::string::npos) << parsed.error().message;
}
const std::string kDeep(100, '[');
INSTANTIATE_TEST_SUITE_P(Texts, BadJson,
                         ::testing::Values(BadCase{"second_line", "{\n  \"a\": x}", "line 2, column 8"},
                                           BadCase{"extra", "{} {}", "line 1, column 4"},
                                           BadCase{"unfinished", "{\"a\":", "line 1"},
                                           BadCase{"empty", "", "line 1"},
                                           BadCase{"too_deep", kDeep, "line 1"}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Json, StepsDownAndFallsBack) {
  const auto v = json::parse(R"({"a":{"b":"x","n":3,"t":true,"d":2.5}})").value();
  EXPECT_EQ(json::string_at(v, {"a", "b"}), "x");
  EXPECT_EQ(json::string_at(v, {"a", "n"}, "none"), "none");
  EXPECT_EQ(json::string_at(v, {"a", "b", "c"}, "none"), "none");
  EXPECT_EQ(json::int_at(v, {"a", "n"}), 3);
  EXPECT_EQ(json::int_at(v, {"a", "d"}), std::nullopt);
  EXPECT_TRUE(json::bool_at(v, {"a", "t"}));
  EXPECT_TRUE(json::bool_at(v, {"a", "missing"}, true));
  EXPECT_EQ(json::find(v, {}), &v);
  json::object o;
  json::ensure_object(o, "spec")["x"] = 1;
  json::ensure_object(o, "spec")["y"] = 2;
  EXPECT_EQ(json::dump(o), R"({"spec":{"x":1,"y":2}})");
}

TEST(Error, KeepsItsCodeThroughContextAndHttp) {
  const auto wrapped = context("listing pods", Error{Errc::gone, "too old", nullptr});
  EXPECT_EQ(wrapped.error().code, Errc::gone);
  EXPECT_EQ(wrapped.error().message, "listing pods: too old");
  for (const Errc code : {Errc::not_found, Errc::conflict, Errc::invalid, Errc::unauthorized, Errc::forbidden,
                          Errc::gone, Errc::too_large, Errc::too_many, Errc::timeout, Errc::cancelled,
                          Errc::unavailable, Errc::unsupported}) {
    EXPECT_EQ(errc_from_http(http_status(code)), code) << to_string(code);
  }
}

}  // namespace
}  // namespace dynamo
