#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"

namespace dynamo::tokens {

/// What a GGUF file says about its model, tensors left alone: the members whose names begin with `tokenizer.`
/// or `general.` or end in `.context_length`. Source: the GGUF specification, versions 2 and 3,
/// little-endian.
class GgufMetadata {
 public:
  /// Reads the head of a file, and no further than its metadata goes. A file cannot make it take more memory
  /// than a small multiple of what it read, which is bounded. Errors: not_found, forbidden, io; invalid (not
  /// GGUF, or it ends too early, with the name of the member); too_large; unsupported (version 1,
  /// big-endian).
  static Result<GgufMetadata> open(const std::filesystem::path& path);
  static Result<GgufMetadata> read(std::istream& in);

  /// Members by name; absent as well when they are of another type.
  std::optional<std::string_view> text(std::string_view key) const;
  std::optional<bool> flag(std::string_view key) const;
  std::optional<std::uint64_t> natural(std::string_view key) const;
  const std::vector<std::string>* texts(std::string_view key) const;
  const std::vector<double>* numbers(std::string_view key) const;
  /// `<architecture>.context_length`.
  std::optional<std::uint64_t> context_length() const;

 private:
  using Value =
      std::variant<bool, double, std::uint64_t, std::string, std::vector<std::string>, std::vector<double>>;
  friend class GgufReader;

  template <class T>
  const T* find(std::string_view key) const;

  std::map<std::string, Value, std::less<>> values_;
};

}  // namespace dynamo::tokens
