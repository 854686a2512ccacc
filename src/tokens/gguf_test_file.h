#pragma once

#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Writes GGUF files for tests, byte by byte.
namespace dynamo::tokens {

class GgufTestFile {
 public:
  explicit GgufTestFile(std::uint32_t version = 3) : version_(version) {}

  GgufTestFile& text(std::string_view key, std::string_view value) {
    begin(key, 8);
    string(value);
    return *this;
  }
  GgufTestFile& flag(std::string_view key, bool value) {
    begin(key, 7);
    number<std::uint8_t>(value ? 1 : 0);
    return *this;
  }
  GgufTestFile& natural(std::string_view key, std::uint32_t value) {
    begin(key, 4);
    number(value);
    return *this;
  }
  GgufTestFile& texts(std::string_view key, const std::vector<std::string>& values) {
    begin_list(key, 8, values.size());
    for (const auto& value : values) string(value);
    return *this;
  }
  GgufTestFile& reals(std::string_view key, const std::vector<float>& values) {
    begin_list(key, 6, values.size());
    for (const float value : values) number(value);
    return *this;
  }
  GgufTestFile& integers(std::string_view key, const std::vector<std::int32_t>& values) {
    begin_list(key, 5, values.size());
    for (const std::int32_t value : values) number(value);
    return *this;
  }
  /// A list that claims to have `count` elements and has none.
  GgufTestFile& empty_claim(std::string_view key, std::uint32_t type, std::uint64_t count) {
    begin_list(key, type, count);
    return *this;
  }
  /// A member of any type, with nothing behind it.
  GgufTestFile& bare(std::string_view key, std::uint32_t type) {
    begin(key, type);
    return *this;
  }

  std::string bytes() const {
    std::string out = "GGUF";
    append(out, version_);
    append(out, std::uint64_t{0});
    append(out, members_);
    return out + body_;
  }

 private:
  template <class T>
  static void append(std::string& out, T value) {
    char raw[sizeof(T)];
    std::memcpy(raw, &value, sizeof(T));
    out.append(raw, sizeof(T));
  }
  template <class T>
  void number(T value) {
    append(body_, value);
  }
  void string(std::string_view text) {
    number<std::uint64_t>(text.size());
    body_ += text;
  }
  void begin(std::string_view key, std::uint32_t type) {
    ++members_;
    string(key);
    number(type);
  }
  void begin_list(std::string_view key, std::uint32_t type, std::uint64_t count) {
    begin(key, 9);
    number(type);
    number(count);
  }

  std::uint32_t version_;
  std::uint64_t members_ = 0;
  std::string body_;
};

}  // namespace dynamo::tokens
