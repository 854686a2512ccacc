#include "schema/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynamo::schema {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

json::value parsed(std::string_view text) { return json::parse(text).value(); }
Schema schema_from(std::string_view text) { return parse(parsed(text)).value(); }

std::vector<std::string> texts(const std::vector<FieldError>& errors) {
  std::vector<std::string> out;
  for (const auto& error : errors) out.push_back(error.to_string());
  return out;
}

constexpr std::string_view kEverything = R"({
  "description": "d", "type": "object", "title": "kept",
  "minProperties": 1, "maxProperties": 25, "required": ["a"],
  "properties": {
    "b": {"type": "string", "format": "date-time", "minLength": 1, "maxLength": 5, "pattern": "^a+$",
          "enum": ["x", "y"], "default": "x", "nullable": true},
    "a": {"type": "integer", "format": "int32", "minimum": 0, "exclusiveMinimum": true, "maximum": 9,
          "exclusiveMaximum": true, "multipleOf": 2},
    "l": {"type": "array", "minItems": 1, "maxItems": 2, "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["k"], "x-kubernetes-patch-strategy": "merge,retainKeys",
          "x-kubernetes-patch-merge-key": "k",
          "items": {"type": "object", "required": ["k"], "properties": {"k": {"type": "string"}}}},
    "m": {"type": "object", "additionalProperties": {"type": "string"}, "x-kubernetes-map-type": "atomic"},
    "o": {"type": "object", "additionalProperties": true},
    "p": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
    "q": {"x-kubernetes-int-or-string": true, "anyOf": [{"type": "integer"}, {"type": "string"}]},
    "e": {"type": "object", "x-kubernetes-embedded-resource": true},
    "j": {"type": "object", "allOf": [{"required": ["x"]}], "oneOf": [{"required": ["y"]}],
          "not": {"required": ["z"]},
          "x-kubernetes-validations": [{"rule": "self.x > 0", "message": "m", "reason": "FieldValueInvalid"}]}}})";

TEST(SchemaParse, WritesBackWhatItRead) {
  const auto document = parsed(kEverything);
  const auto schema = parse(document);
  ASSERT_TRUE(schema) << schema.error().message;
  EXPECT_EQ(json::value(to_json(*schema)), document);
  EXPECT_EQ(parse(to_json(*schema)).value(), *schema);
}

TEST(SchemaParse, KeepsTheOrderOfProperties) {
  const auto schema = schema_from(kEverything);
  EXPECT_EQ(schema.properties[0].name, "b");
  EXPECT_EQ(schema.properties[1].name, "a");
}

struct RefusedCase {
  std::string_view name;
  std::string_view schema;
  std::string_view message;
};
class RefusedTest : public ::testing::TestWithParam<RefusedCase> {};
TEST_P(RefusedTest, IsRefusedByName) {
  const auto schema = parse(parsed(GetParam().schema));
  ASSERT_FALSE(schema);
  EXPECT_EQ(schema.error().message, GetParam().message);
}
INSTANTIATE_TEST_SUITE_P(
    Schema, RefusedTest,
    ::testing::Values(
        RefusedCase{"reference", R"({"properties":{"a":{"$ref":"#/x"}}})",
                    "properties.a.$ref: is not supported in a structural schema"},
        RefusedCase{"definitions", R"({"definitions":{}})",
                    "definitions: is not supported in a structural schema"},
        RefusedCase{"unique", R"({"items":{"uniqueItems":true}})",
                    "items.uniqueItems: must not be true: use x-kubernetes-list-type: set"},
        RefusedCase{"type", R"({"type":"strnig"})",
                    R"(type: must be one of object, array, string, integer, number, boolean, not "strnig")"},
        RefusedCase{"list_of_types", R"({"type":["string","null"]})", "type: must be a string"},
        RefusedCase{"tuple", R"({"items":[{"type":"string"}]})",
                    "items: must be one schema, not a list of them"},
        RefusedCase{"not_an_object", R"({"properties":{"a":1}})", "properties.a: must be an object"},
        RefusedCase{"negative", R"({"maxItems":-1})", "maxItems: must be a whole number, 0 or more"},
        RefusedCase{"list_type", R"({"x-kubernetes-list-type":"bag"})",
                    "x-kubernetes-list-type: must be atomic, set or map"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(SchemaParse, RefusesAPatternThatIsNoRegularExpression) {
  const auto schema = parse(parsed(R"({"pattern":"("})"));
  ASSERT_FALSE(schema);
  EXPECT_THAT(schema.error().message, HasSubstr(R"(pattern: "(" is not a regular expression)"));
}

TEST(SchemaParse, RefusesEndlessNesting) {
  json::value deep = json::object();
  for (int i = 0; i < 64; ++i) deep = json::object{{"items", deep}};
  EXPECT_TRUE(parse(deep));
  deep = json::object{{"items", deep}};
  EXPECT_FALSE(parse(deep));
}

struct ValidateCase {
  std::string_view name;
  std::string_view schema;  // of member x
  std::string_view value;   // of member x
  std::vector<std::string> errors{};
};
class ValidateTest : public ::testing::TestWithParam<ValidateCase> {};
TEST_P(ValidateTest, FindsTheseErrors) {
  const auto& c = GetParam();
  const auto schema = schema_from(fmt::format(R"({{"type":"object","properties":{{"x":{}}}}})", c.schema));
  const auto value = parsed(fmt::format(R"({{"x":{}}})", c.value));
  EXPECT_EQ(texts(validate(schema, value)), c.errors);
}
INSTANTIATE_TEST_SUITE_P(
    Schema, ValidateTest,
    ::testing::Values(
        ValidateCase{"right_type", R"({"type":"integer"})", "1"},
        ValidateCase{"whole_double_is_an_integer", R"({"type":"integer"})", "1.0"},
        ValidateCase{"wrong_type",
                     R"({"type":"integer"})",
                     R"("1")",
                     {R"(x: Invalid value: "string": x in body must be of type integer: "string")"}},
        ValidateCase{"fraction_is_no_integer",
                     R"({"type":"integer"})",
                     "1.5",
                     {R"(x: Invalid value: "number": x in body must be of type integer: "number")"}},
        ValidateCase{"null",
                     R"({"type":"string"})",
                     "null",
                     {R"(x: Invalid value: "null": x in body must be of type string: "null")"}},
        ValidateCase{"nullable", R"({"type":"string","nullable":true})", "null"},
        ValidateCase{"minimum",
                     R"({"type":"integer","minimum":0})",
                     "-1",
                     {"x: Invalid value: -1: x in body should be greater than or equal to 0"}},
        ValidateCase{"exclusive_minimum",
                     R"({"type":"integer","minimum":0,"exclusiveMinimum":true})",
                     "0",
                     {"x: Invalid value: 0: x in body should be greater than 0"}},
        ValidateCase{"maximum",
                     R"({"type":"integer","maximum":9})",
                     "10",
                     {"x: Invalid value: 10: x in body should be less than or equal to 9"}},
        ValidateCase{"multiple",
                     R"({"type":"number","multipleOf":0.5})",
                     "0.75",
                     {"x: Invalid value: 0.75: x in body should be a multiple of 0.5"}},
        ValidateCase{"int32",
                     R"({"type":"integer","format":"int32"})",
                     "2147483648",
                     {"x: Invalid value: 2147483648: x in body must fit into an int32"}},
        ValidateCase{"enum",
                     R"({"type":"string","enum":["a","b"]})",
                     R"("c")",
                     {R"(x: Unsupported value: "c": supported values: "a", "b")"}},
        ValidateCase{"enum_of_numbers", R"({"type":"number","enum":[1,2]})", "1.0"},
        ValidateCase{"min_length",
                     R"({"type":"string","minLength":1})",
                     R"("")",
                     {R"(x: Invalid value: "": x in body should be at least 1 chars long)"}},
        ValidateCase{"length_in_code_points", R"({"type":"string","maxLength":2})", R"("éé")"},
        ValidateCase{"max_length",
                     R"({"type":"string","maxLength":2})",
                     R"("abc")",
                     {"x: Too long: may not be more than 2 bytes"}},
        ValidateCase{"pattern",
                     R"({"type":"string","pattern":"^a+$"})",
                     R"("ab")",
                     {R"(x: Invalid value: "ab": x in body should match '^a+$')"}},
        ValidateCase{"pattern_searches", R"({"type":"string","pattern":"b"})", R"("abc")"},
        ValidateCase{"date_time",
                     R"({"type":"string","format":"date-time"})",
                     R"("now")",
                     {R"(x: Invalid value: "now": x in body must be of type date-time: "now")"}},
        ValidateCase{"bytes", R"({"type":"string","format":"byte"})", R"("aGk=")"},
        ValidateCase{"no_bytes",
                     R"({"type":"string","format":"byte"})",
                     R"("a")",
                     {R"(x: Invalid value: "a": x in body must be of type byte: "a")"}},
        ValidateCase{"unknown_format", R"({"type":"string","format":"shoe-size"})", R"("a")"},
        ValidateCase{"min_items",
                     R"({"type":"array","minItems":1,"items":{}})",
                     "[]",
                     {"x: Invalid value: 0: x in body should have at least 1 items"}},
        ValidateCase{"max_items",
                     R"({"type":"array","maxItems":1,"items":{}})",
                     "[1,2]",
                     {"x: Too many: 2: must have at most 1 item"}},
        ValidateCase{"items",
                     R"({"type":"array","items":{"type":"string"}})",
                     R"(["a",1])",
                     {R"(x[1]: Invalid value: "integer": x[1] in body must be of type string: "integer")"}},
        ValidateCase{"set",
                     R"({"type":"array","items":{"type":"string"},"x-kubernetes-list-type":"set"})",
                     R"(["a","b","a"])",
                     {R"(x[2]: Duplicate value: "a")"}},
        ValidateCase{"list_map",
                     R"({"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["p","q"],
                        "items":{"type":"object","properties":{"q":{"type":"string","default":"TCP"}}}})",
                     R"([{"p":1},{"p":1,"q":"UDP"},{"p":1,"q":"TCP"}])",
                     {R"(x[2]: Duplicate value: {"p":1,"q":"TCP"})"}},
        ValidateCase{
            "required", R"({"type":"object","required":["a","b"]})", R"({"b":1})", {"x.a: Required value"}},
        ValidateCase{"max_properties",
                     R"({"type":"object","maxProperties":1})",
                     R"({"a":1,"b":2})",
                     {"x: Too many: 2: must have at most 1 item"}},
        ValidateCase{"min_properties",
                     R"({"type":"object","minProperties":1})",
                     "{}",
                     {"x: Invalid value: 0: x in body should have at least 1 properties"}},
        ValidateCase{"map_values",
                     R"({"type":"object","additionalProperties":{"type":"string"}})",
                     R"({"k":1})",
                     {R"(x.k: Invalid value: "integer": x.k in body must be of type string: "integer")"}},
        ValidateCase{"int_or_string", R"({"x-kubernetes-int-or-string":true})", "8080"},
        ValidateCase{"int_or_string_text", R"({"x-kubernetes-int-or-string":true})", R"("http")"},
        ValidateCase{"int_or_string_neither",
                     R"({"x-kubernetes-int-or-string":true})",
                     "true",
                     {R"(x: Invalid value: "boolean": x in body must be of type integer,string: "boolean")"}},
        ValidateCase{"quantity_number", R"({"x-kubernetes-int-or-string":true,"format":"quantity"})", "0.5"},
        ValidateCase{"any_of",
                     R"({"anyOf":[{"type":"string"},{"type":"integer"}]})",
                     "true",
                     {R"(x: Invalid value: true: "x" must validate at least one schema (anyOf))"}},
        ValidateCase{
            "one_of_none",
            R"({"oneOf":[{"required":["a"]},{"required":["b"]}]})",
            "{}",
            {R"(x: Invalid value: {}: "x" must validate one and only one schema (oneOf). Found none valid)"}},
        ValidateCase{
            "one_of_both",
            R"({"oneOf":[{"required":["a"]},{"required":["b"]}]})",
            R"({"a":1,"b":1})",
            {R"(x: Invalid value: {"a":1,"b":1}: "x" must validate one and only one schema (oneOf). )"
             "Found 2 valid alternatives"}},
        ValidateCase{"not",
                     R"({"not":{"required":["a"]}})",
                     R"({"a":1})",
                     {R"(x: Invalid value: {"a":1}: "x" must not validate the schema (not))"}},
        ValidateCase{"all_of",
                     R"({"allOf":[{"required":["a"]},{"required":["b"]}]})",
                     "{}",
                     {"x.a: Required value", "x.b: Required value"}},
        ValidateCase{"all_at_once",
                     R"({"type":"array","items":{"type":"integer","minimum":1,"maximum":2}})",
                     "[0,3]",
                     {"x[0]: Invalid value: 0: x[0] in body should be greater than or equal to 1",
                      "x[1]: Invalid value: 3: x[1] in body should be less than or equal to 2"}}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Validate, QuantityTextMustBeAQuantity) {
  const auto schema = schema_from(R"({"x-kubernetes-int-or-string":true,"format":"quantity"})");
  EXPECT_THAT(validate(schema, "1Gi", "q"), IsEmpty());
  EXPECT_THAT(texts(validate(schema, "lots", "q")),
              ElementsAre(HasSubstr(R"(q: Invalid value: "lots": "lots" is not a quantity)")));
}

struct DefaultCase {
  std::string_view name;
  std::string_view schema;
  std::string_view before;
  std::string_view after;
};
class DefaultTest : public ::testing::TestWithParam<DefaultCase> {};
TEST_P(DefaultTest, FillsIn) {
  auto value = parsed(GetParam().before);
  apply_defaults(schema_from(GetParam().schema), value);
  EXPECT_EQ(value, parsed(GetParam().after)) << json::dump(value);
}
INSTANTIATE_TEST_SUITE_P(
    Schema, DefaultTest,
    ::testing::Values(
        DefaultCase{"absent", R"({"properties":{"a":{"default":1}}})", "{}", R"({"a":1})"},
        DefaultCase{"present", R"({"properties":{"a":{"default":1}}})", R"({"a":2})", R"({"a":2})"},
        DefaultCase{"null", R"({"properties":{"a":{"default":1}}})", R"({"a":null})", R"({"a":1})"},
        DefaultCase{"nullable", R"({"properties":{"a":{"default":1,"nullable":true}}})", R"({"a":null})",
                    R"({"a":null})"},
        DefaultCase{"null_without_default", R"({"properties":{"a":{"type":"array"}}})",
                    R"({"a":null,"u":null})", R"({"u":null})"},
        DefaultCase{"absent_parent", R"({"properties":{"p":{"properties":{"a":{"default":1}}}}})", "{}",
                    "{}"},
        DefaultCase{"inside_a_default",
                    R"({"properties":{"p":{"default":{},"properties":{"a":{"default":1}}}}})", "{}",
                    R"({"p":{"a":1}})"},
        DefaultCase{"items", R"({"properties":{"l":{"items":{"properties":{"a":{"default":1}}}}}})",
                    R"({"l":[{},{"a":2}]})", R"({"l":[{"a":1},{"a":2}]})"},
        DefaultCase{"map_values",
                    R"({"properties":{"m":{"additionalProperties":{"properties":{"a":{"default":1}}}}}})",
                    R"({"m":{"k":{}}})", R"({"m":{"k":{"a":1}}})"}),
    [](const auto& row) { return std::string(row.param.name); });

class NullTest : public ::testing::TestWithParam<DefaultCase> {};
TEST_P(NullTest, IsReadAsATypedDecoderReadsIt) {
  auto value = parsed(GetParam().before);
  drop_nulls(schema_from(GetParam().schema), value);
  EXPECT_EQ(value, parsed(GetParam().after)) << json::dump(value);
}
INSTANTIATE_TEST_SUITE_P(
    Schema, NullTest,
    ::testing::Values(DefaultCase{"member", R"({"properties":{"a":{"type":"string","default":"x"}}})",
                                  R"({"a":null})", "{}"},
                      DefaultCase{"undeclared", R"({"properties":{"a":{}}})", R"({"u":null})",
                                  R"({"u":null})"},
                      DefaultCase{"nullable", R"({"properties":{"a":{"nullable":true}}})", R"({"a":null})",
                                  R"({"a":null})"},
                      DefaultCase{"nested", R"({"properties":{"l":{"items":{"properties":{"a":{}}}}}})",
                                  R"({"l":[{"a":null}]})", R"({"l":[{}]})"},
                      DefaultCase{"map_of_texts", R"({"additionalProperties":{"type":"string"}})",
                                  R"({"k":null})", R"({"k":""})"},
                      DefaultCase{"map_of_objects", R"({"additionalProperties":{"type":"object"}})",
                                  R"({"k":null})", "{}"}),
    [](const auto& row) { return std::string(row.param.name); });

struct PruneCase {
  std::string_view name;
  std::string_view schema;
  std::string_view before;
  std::string_view after;
  std::vector<std::string> removed;
  Root root{Root::plain};
};
class PruneTest : public ::testing::TestWithParam<PruneCase> {};
TEST_P(PruneTest, RemovesUnknownFields) {
  const auto& c = GetParam();
  const auto schema = schema_from(c.schema);
  auto value = parsed(c.before);
  EXPECT_EQ(unknown_fields(schema, value, c.root), c.removed);
  EXPECT_EQ(prune(schema, value, c.root), c.removed);
  EXPECT_EQ(value, parsed(c.after)) << json::dump(value);
}
INSTANTIATE_TEST_SUITE_P(
    Schema, PruneTest,
    ::testing::Values(
        PruneCase{"unknown", R"({"properties":{"a":{}}})", R"({"a":1,"b":2})", R"({"a":1})", {"b"}},
        PruneCase{"nested",
                  R"({"properties":{"l":{"items":{"properties":{"a":{}}}}}})",
                  R"({"l":[{"a":1},{"a":2,"b":3}]})",
                  R"({"l":[{"a":1},{"a":2}]})",
                  {"l[1].b"}},
        PruneCase{"map_values",
                  R"({"additionalProperties":{"properties":{"a":{}}}})",
                  R"({"k":{"b":1}})",
                  R"({"k":{}})",
                  {"k.b"}},
        PruneCase{"preserved",
                  R"({"x-kubernetes-preserve-unknown-fields":true})",
                  R"({"b":{"c":1}})",
                  R"({"b":{"c":1}})",
                  {}},
        PruneCase{
            "declared_below_preserved",
            R"({"x-kubernetes-preserve-unknown-fields":true,"properties":{"a":{"properties":{"x":{}}}}})",
            R"({"b":1,"a":{"x":1,"y":2}})",
            R"({"b":1,"a":{"x":1}})",
            {"a.y"}},
        PruneCase{
            "additional_properties_true", R"({"additionalProperties":true})", R"({"b":1})", R"({"b":1})", {}},
        PruneCase{"resource",
                  R"({"properties":{"spec":{}}})",
                  R"({"apiVersion":"v1","kind":"K","metadata":{"any":1},"other":2})",
                  R"({"apiVersion":"v1","kind":"K","metadata":{"any":1}})",
                  {"other"},
                  Root::resource},
        PruneCase{"embedded_resource",
                  R"({"properties":{"t":{"x-kubernetes-embedded-resource":true,"properties":{"spec":{}}}}})",
                  R"({"t":{"kind":"K","metadata":{},"x":1}})",
                  R"({"t":{"kind":"K","metadata":{}}})",
                  {"t.x"}}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Structural, NamesWhatACustomResourceDefinitionMayNotHave) {
  const auto schema = schema_from(R"({"type":"object","properties":{
      "a":{}, "l":{"type":"array"},
      "m":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k","z"],
           "items":{"type":"object","properties":{"k":{"type":"string"}}}},
      "d":{"type":"integer","default":"one"},
      "p":{"type":"object","properties":{"x":{"type":"string"}},"additionalProperties":{"type":"string"}}}})");
  EXPECT_THAT(texts(check_structural(schema, "schema")),
              ElementsAre(HasSubstr("schema.properties.a.type: Required value"),
                          HasSubstr("schema.properties.l.items: Required value"),
                          HasSubstr("schema.properties.m.items.properties.k.default: Required value"),
                          HasSubstr(R"(schema.properties.m.x-kubernetes-list-map-keys: Invalid value: "z")"),
                          HasSubstr(R"(schema.properties.d.default: Invalid value: "one")"),
                          HasSubstr("schema.properties.p.additionalProperties: Forbidden")));
}

TEST(Structural, SaysWhichRulesAreNotEnforced) {
  const auto schema =
      schema_from(R"({"properties":{"l":{"items":{"x-kubernetes-validations":[{"rule":"true"}]}}}})");
  EXPECT_THAT(unenforced(schema), ElementsAre("l[]: x-kubernetes-validations"));
}

TEST(FieldErrors, AreJoinedAsAStatusMessage) {
  EXPECT_EQ(join({required("a")}), "a: Required value");
  EXPECT_EQ(join({required("a"), forbidden("b", "not here")}), "[a: Required value, b: Forbidden: not here]");
  EXPECT_EQ(cause_reason(FieldErrorKind::not_supported), "FieldValueNotSupported");
}

TEST(Pattern, GivesUpOnEndlessBacktracking) {
  const auto pattern = Pattern::compile("^(a+)+$");
  ASSERT_TRUE(pattern);
  EXPECT_FALSE(pattern->matches(std::string(40, 'a') + "b"));
}

}  // namespace
}  // namespace dynamo::schema
