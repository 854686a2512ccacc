#include "base/yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

namespace dynamo::yaml {
namespace {

using ::testing::HasSubstr;

std::string as_json(std::string_view text) {
  const auto value = parse(text);
  return value ? json::dump(*value) : "error: " + value.error().message;
}

// What kubectl 1.32 makes of `x: SCALAR` (kubectl annotate --local -f - a=b -o json).
struct ScalarCase {
  std::string_view scalar;
  std::string_view json;
};
class PlainScalarTest : public ::testing::TestWithParam<ScalarCase> {};

TEST_P(PlainScalarTest, IsWhatKubectlMakesOfIt) {
  EXPECT_EQ(as_json(fmt::format("x: {}\n", GetParam().scalar)), fmt::format("{{\"x\":{}}}", GetParam().json));
}

INSTANTIATE_TEST_SUITE_P(
    Kubectl, PlainScalarTest,
    ::testing::Values(
        ScalarCase{"on", "true"}, ScalarCase{"off", "false"}, ScalarCase{"yes", "true"},
        ScalarCase{"no", "false"}, ScalarCase{"y", "true"}, ScalarCase{"n", "false"}, ScalarCase{"Y", "true"},
        ScalarCase{"N", "false"}, ScalarCase{"True", "true"}, ScalarCase{"TRUE", "true"},
        ScalarCase{"tRue", R"("tRue")"}, ScalarCase{"0777", "511"}, ScalarCase{"0o777", "511"},
        ScalarCase{"0O17", "15"}, ScalarCase{"0888", "888"}, ScalarCase{"08", "8"},
        ScalarCase{"0o8", R"("0o8")"}, ScalarCase{"0xFF", "255"}, ScalarCase{"-0x1f", "-31"},
        ScalarCase{"+0x10", "16"}, ScalarCase{"0x", R"("0x")"}, ScalarCase{"0x1p4", R"("0x1p4")"},
        ScalarCase{"0b11", "3"}, ScalarCase{"-0b11", "-3"}, ScalarCase{"0B11", "3"},
        ScalarCase{"0b2", R"("0b2")"}, ScalarCase{"1_000", "1000"}, ScalarCase{"1__0", "10"},
        ScalarCase{"_1", R"("_1")"}, ScalarCase{"0_7", "7"}, ScalarCase{"0x_ff", "255"},
        ScalarCase{"1_0.5", "10.5"}, ScalarCase{".1_0", "0.1"}, ScalarCase{"+7", "7"}, ScalarCase{"-7", "-7"},
        ScalarCase{"--1", R"("--1")"}, ScalarCase{"+", R"("+")"}, ScalarCase{".", R"(".")"},
        ScalarCase{"1e3", "1000"}, ScalarCase{"1E3", "1000"}, ScalarCase{"1.0", "1"},
        ScalarCase{"1.5", "1.5"}, ScalarCase{".5", "0.5"}, ScalarCase{"5.", "5"}, ScalarCase{"-.5", "-0.5"},
        ScalarCase{"+.5", "0.5"}, ScalarCase{"1e-3", "0.001"}, ScalarCase{"1.5e", R"("1.5e")"},
        ScalarCase{".e3", R"(".e3")"}, ScalarCase{"1.2.3", R"("1.2.3")"}, ScalarCase{"0777.5", "777.5"},
        ScalarCase{"1e400", R"("1e400")"}, ScalarCase{"-0.0", "0"}, ScalarCase{"12:30:45", R"("12:30:45")"},
        ScalarCase{"2024-01-01", R"("2024-01-01")"},
        ScalarCase{"2024-01-01T00:00:00Z", R"("2024-01-01T00:00:00Z")"}, ScalarCase{"~", "null"},
        ScalarCase{"", "null"}, ScalarCase{"null", "null"}, ScalarCase{"Null", "null"},
        ScalarCase{"nULL", R"("nULL")"}, ScalarCase{"123456789012345678", "123456789012345678"},
        ScalarCase{"-9223372036854775808", "-9223372036854775808"},
        // kubectl loses the last digits of this one.
        ScalarCase{"18446744073709551615", "18446744073709551615"},
        // Quoted and block scalars are strings whatever they say.
        ScalarCase{"'on'", R"("on")"}, ScalarCase{R"("42")", R"("42")"}, ScalarCase{"|\n  42\n", R"("42\n")"},
        ScalarCase{">-\n  a\n  b\n", R"("a b")"},
        ScalarCase{R"("\_\N\x41\u00e9")",
                   "\"\xC2\xA0\xC2\x85"
                   "A\xC3\xA9\""},
        ScalarCase{"!!str 42", R"("42")"}, ScalarCase{"!!int 0x10", "16"}, ScalarCase{"!!float 1.5", "1.5"},
        ScalarCase{"! 42", R"("42")"}));

struct TextCase {
  std::string_view name;
  std::string_view text;
  std::string_view json;
};
class TextTest : public ::testing::TestWithParam<TextCase> {};

TEST_P(TextTest, Reads) { EXPECT_EQ(as_json(GetParam().text), GetParam().json); }

INSTANTIATE_TEST_SUITE_P(
    Yaml, TextTest,
    ::testing::Values(
        TextCase{"boolean_keys", "on: 1\nn: 2\n", R"({"true":1,"false":2})"},
        TextCase{"number_keys", "1: a\n0x10: b\n1.5: c\n", R"({"1":"a","16":"b","1.5":"c"})"},
        TextCase{"byte_order_mark",
                 "\xEF\xBB\xBF"
                 "a: 1\n",
                 R"({"a":1})"},
        TextCase{"carriage_returns", "a: 1\r\nb:\r\n- x\r\n- z\r\n", R"({"a":1,"b":["x","z"]})"},
        TextCase{"carriage_returns_in_blocks", "a: |\r\n  x\r\n  y\r\n", R"({"a":"x\ny\n"})"},
        TextCase{"json", R"({"a":{"b":[1,2.5,null,"\ud83d\ude00"]}})",
                 "{\"a\":{\"b\":[1,2.5,null,\"\xF0\x9F\x98\x80\"]}}"},
        TextCase{"whole_numbers_of_json", R"({"a":211.00,"b":1e3,"c":0.5})", R"({"a":211,"b":1000,"c":0.5})"},
        TextCase{"flow_map_of_yaml", "{a: 1, b: [yes, 'no']}", R"({"a":1,"b":[true,"no"]})"},
        TextCase{"alias", "a: &x {k: [1]}\nb: *x\n", R"({"a":{"k":[1]},"b":{"k":[1]}})"},
        TextCase{"alias_as_key", "a: &x k\n*x : 1\n", R"({"a":"k","k":1})"},
        TextCase{"merge", "a: &x {p: 1, q: 2}\nb:\n  <<: *x\n  q: 3\n",
                 R"({"a":{"p":1,"q":2},"b":{"q":3,"p":1}})"},
        TextCase{"merge_after_explicit", "b:\n  q: 3\n  <<: {q: 4, r: 5}\n", R"({"b":{"q":3,"r":5}})"},
        TextCase{"merge_of_several", "b:\n  <<: [{p: 1}, {p: 2, q: 2}]\n", R"({"b":{"p":1,"q":2}})"},
        TextCase{"quoted_merge_is_a_key", "b: {\"<<\": 1}\n", R"({"b":{"<<":1}})"},
        TextCase{"empty_documents", "---\n# nothing\n---\n---\na: 1\n---\n", R"({"a":1})"},
        TextCase{"directive", "%YAML 1.1\n---\na: 1\n", R"({"a":1})"},
        TextCase{"content_behind_marker", "--- {a: 1}\n", R"({"a":1})"},
        TextCase{"marker_with_comment", "a: 1\n--- # next\n", R"({"a":1})"},
        TextCase{"document_end", "a: 1\n...\n", R"({"a":1})"},
        TextCase{"marker_inside_a_block", "a: |\n  x\n  ---\n  y\n", R"({"a":"x\n---\ny\n"})"}),
    [](const auto& row) { return std::string(row.param.name); });

struct ErrorCase {
  std::string_view name;
  std::string text;
  std::string_view message;
};
class ErrorTest : public ::testing::TestWithParam<ErrorCase> {};

TEST_P(ErrorTest, IsRefusedWithItsPlace) {
  EXPECT_THAT(as_json(GetParam().text), HasSubstr(GetParam().message));
}

std::string nested(std::size_t levels) {
  std::string text = "a: ";
  for (std::size_t i = 0; i < levels; ++i) text += '[';
  for (std::size_t i = 0; i < levels; ++i) text += ']';
  return text;
}

std::string alias_bomb() {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    text += fmt::format(
        "a{0}: &a{0} [*a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}]\n", i, i - 1);
  }
  return text;
}

INSTANTIATE_TEST_SUITE_P(
    Yaml, ErrorTest,
    ::testing::Values(
        ErrorCase{"list", "- a\n- b\n", "line 1, column 1: a document must be a map"},
        ErrorCase{"scalar", "hello\n", "line 1, column 1: a document must be a map"},
        ErrorCase{"list_then_map", "- a\nb: 1\n", "line 1, column 1: a document must be a map"},
        ErrorCase{"map_then_list", "b: 1\n- a\n", "line 2, column 1"},
        ErrorCase{"template", "a: {{ x }}\n",
                  "line 1, column 5: a map or list cannot be a key; is this a template"},
        ErrorCase{"null_key", "~: 1\n", "line 1, column 1: a key must be"},
        ErrorCase{"duplicate", "a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n",
                  "line 5, column 3: duplicate key b.c (first at line 3, column 3)"},
        ErrorCase{"duplicate_after_conversion", "on: 1\n'true': 2\n", "line 2, column 1: duplicate key true"},
        ErrorCase{"duplicate_in_json", "{\"a\": 1,\n \"a\": 2}",
                  "line 2, column 2: duplicate key a (first at line 1"},
        ErrorCase{"infinity", "a: .inf\n", "line 1, column 4: .inf is not a number that JSON can carry"},
        ErrorCase{"binary", "a: !!binary aGk=\n", "the tag !!binary is not supported"},
        ErrorCase{"own_tag", "a: !thing x\n", "the tag !thing is not supported"},
        ErrorCase{"tag_that_lies", "a: !!int x\n", "\"x\" is no !!int"},
        ErrorCase{"unknown_alias", "a: *x\n", "line 1"},
        ErrorCase{"recursive_alias", "a: &x [*x]\n", "line 1"},
        ErrorCase{"alias_bomb", alias_bomb(), "the values take more than"},
        ErrorCase{"deep", nested(100), "nested deeper than 64 levels"},
        ErrorCase{"very_deep", nested(100000), "line 1"},
        ErrorCase{"control_character", "a: 1\nb: \x01\n", "line 2, column 4: control character 0x01"},
        ErrorCase{"not_utf8", "a: \xff\n", "line 1, column 4: the text is not UTF-8"},
        ErrorCase{"overlong_utf8", "a: \xC0\x80\n", "the text is not UTF-8"},
        ErrorCase{"surrogate_in_utf8", "a: \xED\xA0\x80\n", "the text is not UTF-8"},
        ErrorCase{"bad_json", "{\"a\": 1\n \"b\": 2}", "line 2, column 2: not valid JSON"},
        ErrorCase{"merge_of_a_scalar", "a:\n  <<: 1\n", "<< takes a map"},
        ErrorCase{"two_documents", "a: 1\n---\nb: 2\n", "expected one document, found 2"},
        ErrorCase{"nothing", "# nothing\n", "expected one document, found 0"},
        ErrorCase{"bad_indentation", "a:\n  b: 1\n c: 2\n", "line 3"},
        ErrorCase{"tab", "a:\n\tb: 1\n", "line 2"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Yaml, DuplicateKeysKeepTheLastValue) {
  const auto stream = read("a: 1\na: 2\n");
  ASSERT_EQ(stream.documents.size(), 1U);
  EXPECT_EQ(json::dump(stream.documents[0].value), R"({"a":2})");
  ASSERT_EQ(stream.documents[0].duplicates.size(), 1U);
}

TEST(Yaml, AnErrorInOneDocumentDoesNotHideTheOthers) {
  const auto stream = read("a: 1\n---\nb: [\n---\nc: 3\n---\nd: }\n");
  ASSERT_EQ(stream.documents.size(), 2U);
  EXPECT_EQ(json::dump(stream.documents[1].value), R"({"c":3})");
  EXPECT_EQ(stream.documents[1].start, (Position{5, 1}));
  ASSERT_EQ(stream.errors.size(), 2U);
  EXPECT_EQ(stream.errors[1].at.line, 7U);
}

TEST(Yaml, ReadsSeveralJsonValuesInARow) {
  const auto stream = read("{\"a\":1}\n {\"b\":2}\n");
  for (const auto& error : stream.errors) ADD_FAILURE() << error.message;
  ASSERT_EQ(stream.documents.size(), 2U);
  EXPECT_EQ(stream.documents[1].start, (Position{2, 2}));
}

TEST(Yaml, KnowsWhereEverythingStands) {
  const auto stream = read("# first\nspec:\n  pvcs:\n  - name: a\n    size: 1\n  - {name: b}\n");
  ASSERT_EQ(stream.documents.size(), 1U);
  const auto& positions = stream.documents[0].positions;
  EXPECT_EQ(positions.find("spec"), (Position{2, 1}));
  EXPECT_EQ(positions.find("spec.pvcs"), (Position{3, 3}));
  EXPECT_EQ(positions.find("spec.pvcs[0]"), (Position{4, 5}));
  EXPECT_EQ(positions.find("spec.pvcs[0].size"), (Position{5, 5}));
  EXPECT_EQ(positions.find("spec.pvcs[1].name"), (Position{6, 6}));
  EXPECT_EQ(positions.find("spec.pvcs[1].size"), std::nullopt);
  EXPECT_EQ(positions.nearest("spec.pvcs[1].size"), (Position{6, 5}));
  EXPECT_EQ(positions.nearest("metadata.name"), (Position{2, 1}));
}

TEST(Yaml, KnowsWhereEverythingStandsInJson) {
  const auto stream = read("{\n  \"a\": {\"b\": [1,\n    {\"c\\\"d\": \"}\"}]}\n}\n");
  ASSERT_EQ(stream.documents.size(), 1U);
  const auto& positions = stream.documents[0].positions;
  EXPECT_EQ(positions.find("a.b"), (Position{2, 9}));
  EXPECT_EQ(positions.find("a.b[0]"), (Position{2, 15}));
  EXPECT_EQ(positions.find("a.b[1].c\"d"), (Position{3, 6}));
}

TEST(Emit, WritesAsKubectlDoes) {
  const auto value = json::parse(R"({"apiVersion":"v1","n":1,"f":0.5,"t":true,"z":null,"e":{},"l":[],
      "list":["a",["b","c"],{"k":"v","w":[1]},{}],
      "strings":["true","42","on","1e3","0x1f","~","","12:30","2024-01-01","a: b","# c","-","- x","-x","--model",
                 "{{ t }}","it's","it's: so","*a","&a","!t","%d","@x","`x","|","> y","a #b","a:","q\"","x\\y","=","<<",
                 "tab\there","bell\u0007"," lead","trail ","---","[1]","a,b","?","? x","http://h:1/p","é"],
      "on":{"yes":"no"},"text":"one\n  two\n\nthree\n","text2":"one\ntwo","text3":"\nx","text4":"x\n\n","text5":" x\ny"})")
                         .value();
  EXPECT_EQ(emit(value), R"(apiVersion: v1
"n": 1
f: 0.5
t: true
z: null
e: {}
l: []
list:
- a
- - b
  - c
- k: v
  w:
  - 1
- {}
strings:
- "true"
- "42"
- "on"
- "1e3"
- "0x1f"
- "~"
- ""
- "12:30"
- "2024-01-01"
- 'a: b'
- '# c'
- '-'
- '- x'
- -x
- --model
- '{{ t }}'
- it's
- 'it''s: so'
- '*a'
- '&a'
- '!t'
- '%d'
- '@x'
- '`x'
- '|'
- '> y'
- 'a #b'
- 'a:'
- q"
- x\y
- "="
- "<<"
- "tab\there"
- "bell\x07"
- ' lead'
- 'trail '
- '---'
- '[1]'
- a,b
- '?'
- '? x'
- http://h:1/p
- é
"on":
  "yes": "no"
text: |
  one
    two

  three
text2: |-
  one
  two
text3: "\nx"
text4: "x\n\n"
text5: " x\ny"
)");
}

/// Makes random values of the kind that break emitters.
class RandomValues {
 public:
  explicit RandomValues(unsigned seed) : random_(seed) {}

  json::value document() {
    json::object o;
    for (int i = pick(4); i >= 0; --i) o[text()] = value(0);
    return o;
  }

 private:
  int pick(int limit) { return std::uniform_int_distribution<int>(0, limit)(random_); }

  std::string text() {
    static const std::vector<std::string> kPieces{"a",
                                                  "b",
                                                  " ",
                                                  "  ",
                                                  "\n",
                                                  "\n\n",
                                                  ":",
                                                  ": ",
                                                  "#",
                                                  " #",
                                                  "-",
                                                  "- ",
                                                  "'",
                                                  "\"",
                                                  "\\",
                                                  "{",
                                                  "}",
                                                  "[",
                                                  "]",
                                                  ",",
                                                  "&",
                                                  "*",
                                                  "!",
                                                  "|",
                                                  ">",
                                                  "%",
                                                  "@",
                                                  "`",
                                                  "?",
                                                  "? ",
                                                  "=",
                                                  "<<",
                                                  "~",
                                                  "on",
                                                  "No",
                                                  "null",
                                                  "0",
                                                  "1",
                                                  "0x",
                                                  "0b1",
                                                  "1e3",
                                                  ".",
                                                  "_",
                                                  "\t",
                                                  "\r",
                                                  "\x01",
                                                  "\x7f",
                                                  "\xC2\x85",
                                                  "\xE2\x80\xA8",
                                                  "\xEF\xBB\xBF",
                                                  "é",
                                                  "\xF0\x9F\x98\x80",
                                                  "---",
                                                  "...",
                                                  "true",
                                                  "12:30",
                                                  "2024-01-01",
                                                  "+",
                                                  ".inf"};
    std::string out;
    for (int i = pick(4); i > 0; --i)
      out += kPieces[static_cast<std::size_t>(pick(static_cast<int>(kPieces.size()) - 1))];
    if (pick(200) == 0) out.append(2000, 'x');
    return out;
  }

  json::value value(int depth) {
    switch (pick(depth < 4 ? 8 : 6)) {
      case 0:
        return json::value(pick(1) == 0);
      case 1:
        return json::value(nullptr);
      case 2:
        return json::value(std::int64_t{pick(1000)} - 500);
      case 3:
        return json::value(0.37 * pick(100000) + 0.001);
      case 7: {
        json::array a;
        for (int i = pick(3); i > 0; --i) a.push_back(value(depth + 1));
        return a;
      }
      case 8: {
        json::object o;
        for (int i = pick(3); i > 0; --i) o[text()] = value(depth + 1);
        return o;
      }
      default:
        return json::value(text());
    }
  }

  std::mt19937 random_;
};

TEST(Emit, WhatIsWrittenReadsBackAsTheSameValue) {
  for (unsigned seed = 0; seed < 3000; ++seed) {
    const json::value value = RandomValues(seed).document();
    const std::string text = emit(value);
    const auto again = parse(text);
    ASSERT_TRUE(again) << "seed " << seed << ": " << again.error().message << "\n" << text;
    ASSERT_EQ(json::dump(*again), json::dump(value)) << "seed " << seed << "\n" << text;
  }
}

}  // namespace
}  // namespace dynamo::yaml
