#include "tokens/gguf_metadata.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <istream>

namespace dynamo::tokens {
namespace {

constexpr std::uint32_t kMagic = 0x46554747;  // "GGUF"
constexpr std::uint64_t kMaxBytes = std::uint64_t{192} << 20;
constexpr std::uint64_t kMaxMembers = 1 << 16;
constexpr std::uint64_t kMaxElements = 1 << 22;  // of one list that is kept
constexpr std::uint64_t kMaxNameLength = 1 << 16;

/// Types of values by their numbers in the file.
enum class Type : std::uint32_t {
  uint8,
  int8,
  uint16,
  int16,
  uint32,
  int32,
  float32,
  boolean,
  string,
  array,
  uint64,
  int64,
  float64,
};
constexpr std::uint32_t kTypes = 13;

/// Bytes of a value; 0 for those of no fixed size.
std::uint64_t size_of(Type type) {
  switch (type) {
    case Type::uint8:
    case Type::int8:
    case Type::boolean:
      return 1;
    case Type::uint16:
    case Type::int16:
      return 2;
    case Type::uint32:
    case Type::int32:
    case Type::float32:
      return 4;
    case Type::uint64:
    case Type::int64:
    case Type::float64:
      return 8;
    case Type::string:
    case Type::array:
      return 0;
  }
  return 0;
}

bool is_wanted(std::string_view name) {
  return name.starts_with("tokenizer.") || name.starts_with("general.") || name.ends_with(".context_length");
}

}  // namespace

/// Reads values one after the other; the first failure is kept, and everything after it is zero or empty.
class GgufReader {
 public:
  explicit GgufReader(std::istream& in) : in_(in) {}

  Result<GgufMetadata> read() {
    read_head();
    GgufMetadata out;
    for (std::uint64_t i = 0; i < members_ && ok(); ++i) read_member(out);
    if (error_) return std::unexpected(std::move(*error_));
    return out;
  }

 private:
  using Value = GgufMetadata::Value;

  bool ok() const { return !error_; }
  void refuse(Errc code, std::string message) {
    if (!error_)
      error_ = Error{code, name_.empty() ? std::move(message) : fmt::format("{}: {}", name_, message)};
  }

  /// Counts bytes that are about to be read against what a file may have.
  bool claim(std::uint64_t bytes) {
    if (!ok()) return false;
    if (bytes > kMaxBytes - claimed_) {
      refuse(Errc::too_large, fmt::format("more than {} MiB of metadata", kMaxBytes >> 20));
      return false;
    }
    claimed_ += bytes;
    return true;
  }

  void bytes(char* into, std::uint64_t size) {
    if (!claim(size)) return;
    if (!in_.read(into, static_cast<std::streamsize>(size))) refuse(Errc::invalid, "the file ends too early");
  }

  template <class T>
  T number() {
    std::array<char, sizeof(T)> raw{};
    bytes(raw.data(), raw.size());
    T out{};
    if (ok()) std::memcpy(&out, raw.data(), raw.size());
    return out;
  }

  void skip(std::uint64_t size) {
    if (!claim(size)) return;
    in_.ignore(static_cast<std::streamsize>(size));
    if (static_cast<std::uint64_t>(in_.gcount()) != size) refuse(Errc::invalid, "the file ends too early");
  }

  /// In pieces, so that a length that lies costs no more memory than the file has bytes.
  std::string string(std::uint64_t limit = kMaxBytes) {
    constexpr std::uint64_t kPiece = 1 << 16;
    const auto length = number<std::uint64_t>();
    if (length > limit) refuse(Errc::too_large, fmt::format("a text of {} bytes", length));
    std::string out;
    while (ok() && out.size() < length) {
      const std::size_t at = out.size();
      out.resize(at + std::min(kPiece, length - at));
      bytes(out.data() + at, out.size() - at);
    }
    return ok() ? out : std::string{};
  }

  void read_head() {
    if (number<std::uint32_t>() != kMagic) return refuse(Errc::invalid, "not a GGUF file");
    const auto version = number<std::uint32_t>();
    if ((version & 0xFFFF) == 0 && version != 0)
      return refuse(Errc::unsupported, "big-endian GGUF is not supported");
    if (version != 2 && version != 3) {
      return refuse(Errc::unsupported, fmt::format("GGUF version {} is not supported, 2 and 3 are", version));
    }
    number<std::uint64_t>();  // tensors
    members_ = number<std::uint64_t>();
    if (members_ > kMaxMembers) refuse(Errc::too_large, fmt::format("{} metadata members", members_));
  }

  Type type() {
    const auto raw = number<std::uint32_t>();
    if (raw >= kTypes) refuse(Errc::invalid, fmt::format("there is no type {}", raw));
    return ok() ? static_cast<Type>(raw) : Type::uint8;
  }

  void read_member(GgufMetadata& out) {
    name_.clear();
    name_ = string(kMaxNameLength);
    const Type of = type();
    if (!is_wanted(name_)) return skip_value(of);
    Value value = of == Type::array ? list() : of == Type::string ? Value(string()) : scalar(of);
    if (ok() && !out.values_.emplace(name_, std::move(value)).second) refuse(Errc::invalid, "is there twice");
  }

  void skip_value(Type of) {
    if (of == Type::string) return skip(number<std::uint64_t>());
    if (of != Type::array) return skip(size_of(of));
    const Type element = type();
    const auto count = number<std::uint64_t>();
    if (element == Type::array) return refuse(Errc::unsupported, "lists of lists are not supported");
    if (element != Type::string) return count > kMaxBytes ? skip(count) : skip(count * size_of(element));
    for (std::uint64_t i = 0; i < count && ok(); ++i) skip(number<std::uint64_t>());
  }

  double real(Type of) {
    switch (of) {
      case Type::uint8:
        return number<std::uint8_t>();
      case Type::int8:
        return number<std::int8_t>();
      case Type::uint16:
        return number<std::uint16_t>();
      case Type::int16:
        return number<std::int16_t>();
      case Type::uint32:
        return number<std::uint32_t>();
      case Type::int32:
        return number<std::int32_t>();
      case Type::uint64:
        return static_cast<double>(number<std::uint64_t>());
      case Type::int64:
        return static_cast<double>(number<std::int64_t>());
      case Type::float32:
        return static_cast<double>(number<float>());
      case Type::float64:
        return number<double>();
      case Type::boolean:
        return number<std::uint8_t>();
      case Type::string:
      case Type::array:
        break;
    }
    return 0;
  }

  Value scalar(Type of) {
    if (of == Type::boolean) return number<std::uint8_t>() != 0;
    if (of == Type::uint64) return number<std::uint64_t>();
    const double value = real(of);
    const bool whole = of != Type::float32 && of != Type::float64 && value >= 0;
    if (whole) return static_cast<std::uint64_t>(value);
    return value;
  }

  Value list() {
    const Type element = type();
    const auto count = number<std::uint64_t>();
    if (element == Type::array) refuse(Errc::unsupported, "lists of lists are not supported");
    if (count > kMaxElements) refuse(Errc::too_large, fmt::format("a list of {}", count));
    if (element == Type::string) {
      std::vector<std::string> out;
      for (std::uint64_t i = 0; i < count && ok(); ++i) out.push_back(string());
      return out;
    }
    std::vector<double> out;
    for (std::uint64_t i = 0; i < count && ok(); ++i) out.push_back(real(element));
    return out;
  }

  std::istream& in_;
  std::uint64_t claimed_ = 0;
  std::uint64_t members_ = 0;
  std::string name_;  // of the member that is being read
  std::optional<Error> error_;
};

Result<GgufMetadata> GgufMetadata::open(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::unexpected(system_error(path.string(), errno));
  auto out = read(in);
  if (!out) return context(path.string(), std::move(out.error()));
  return out;
}

Result<GgufMetadata> GgufMetadata::read(std::istream& in) { return GgufReader(in).read(); }

template <class T>
const T* GgufMetadata::find(std::string_view key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? nullptr : std::get_if<T>(&found->second);
}

std::optional<std::string_view> GgufMetadata::text(std::string_view key) const {
  const auto* found = find<std::string>(key);
  return found == nullptr ? std::nullopt : std::optional<std::string_view>(*found);
}

std::optional<bool> GgufMetadata::flag(std::string_view key) const {
  const bool* found = find<bool>(key);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

std::optional<std::uint64_t> GgufMetadata::natural(std::string_view key) const {
  const auto* found = find<std::uint64_t>(key);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

const std::vector<std::string>* GgufMetadata::texts(std::string_view key) const {
  return find<std::vector<std::string>>(key);
}

const std::vector<double>* GgufMetadata::numbers(std::string_view key) const {
  return find<std::vector<double>>(key);
}

std::optional<std::uint64_t> GgufMetadata::context_length() const {
  const auto architecture = text("general.architecture");
  return architecture ? natural(fmt::format("{}.context_length", *architecture)) : std::nullopt;
}

}  // namespace dynamo::tokens
