#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <fmt/format.h>

#include "base/json.h"

namespace dynamo::json {
namespace {

constexpr std::size_t kMaxDepth = 64;
using ErrorCode = boost::system::error_code;
using Text = boost::json::string_view;

/// Builds the document. Boost's own handler takes the parser's doubles, which are a digit off where a number
/// has many; this one reads their text again, so that what is written out is what was read in.
class Builder {
 public:
  // NOLINTBEGIN(readability-identifier-naming): names that the parser asks for
  static constexpr std::size_t max_object_size = object::max_size();
  static constexpr std::size_t max_array_size = array::max_size();
  static constexpr std::size_t max_key_size = string::max_size();
  static constexpr std::size_t max_string_size = string::max_size();
  // NOLINTEND(readability-identifier-naming)

  Builder() { stack_.reset(); }
  value release() { return stack_.release(); }

  bool on_document_begin(ErrorCode&) { return true; }
  bool on_document_end(ErrorCode&) { return true; }
  bool on_object_begin(ErrorCode&) { return true; }
  bool on_object_end(std::size_t size, ErrorCode&) {
    stack_.push_object(size);
    return true;
  }
  bool on_array_begin(ErrorCode&) { return true; }
  bool on_array_end(std::size_t size, ErrorCode&) {
    stack_.push_array(size);
    return true;
  }
  bool on_key_part(Text part, std::size_t, ErrorCode&) {
    stack_.push_chars(part);
    return true;
  }
  bool on_key(Text rest, std::size_t, ErrorCode&) {
    stack_.push_key(rest);
    return true;
  }
  bool on_string_part(Text part, std::size_t, ErrorCode&) {
    stack_.push_chars(part);
    return true;
  }
  bool on_string(Text rest, std::size_t, ErrorCode&) {
    stack_.push_string(rest);
    return true;
  }
  bool on_number_part(Text, ErrorCode&) { return true; }
  bool on_int64(std::int64_t number, Text, ErrorCode&) {
    stack_.push_int64(number);
    return true;
  }
  bool on_uint64(std::uint64_t number, Text, ErrorCode&) {
    stack_.push_uint64(number);
    return true;
  }
  bool on_double(double nearby, Text text, ErrorCode&) {
    stack_.push_double(exact(text, nearby));
    return true;
  }
  bool on_bool(bool truth, ErrorCode&) {
    stack_.push_bool(truth);
    return true;
  }
  bool on_null(ErrorCode&) {
    stack_.push_null();
    return true;
  }
  bool on_comment_part(Text, ErrorCode&) { return true; }
  bool on_comment(Text, ErrorCode&) { return true; }

 private:
  static double exact(Text text, double nearby) {
    double number = nearby;  // stays where the text is beyond the range of doubles
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
  }

  boost::json::value_stack stack_;
};

std::string where(std::string_view text, std::size_t offset) {
  const std::string_view read = text.substr(0, std::min(offset, text.size()));
  const auto line = 1 + std::count(read.begin(), read.end(), '\n');
  const auto line_start = read.rfind('\n');
  const auto column = 1 + (line_start == std::string_view::npos ? read.size() : read.size() - line_start - 1);
  return fmt::format("line {}, column {}", line, column);
}

}  // namespace

Result<value> parse(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = kMaxDepth;
  boost::json::basic_parser<Builder> parser(options);
  ErrorCode error;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
  if (!error && read < text.size()) error = boost::json::error::extra_data;
  if (error)
    return fail(Errc::invalid, fmt::format("not valid JSON at {}: {}", where(text, read), error.message()));
  return parser.handler().release();
}

}  // namespace dynamo::json
