#include "jinja/template.h"

#include <gtest/gtest.h>

namespace dynamo::jinja {
namespace {

std::string rendered(std::string_view source, const json::object& variables = {}) {
  const auto parsed = Template::parse(source);
  if (!parsed) return "parse: " + parsed.error().message;
  const auto text = parsed->render(variables);
  return text ? *text : "error: " + text.error().message;
}

TEST(Template, RendersText) { EXPECT_EQ(rendered("Hello {{ name }}!", {{"name", "you"}}), "Hello you!"); }

}  // namespace
}  // namespace dynamo::jinja
