#include <boost/regex.hpp>

#include "schema/schema.h"

namespace dynamo::schema {

struct Pattern::Program {
  boost::regex regex;
};

Result<Pattern> Pattern::compile(std::string text) {
  try {
    Pattern pattern;
    pattern.program_ = std::make_shared<const Program>(Program{boost::regex(text, boost::regex::perl)});
    pattern.text_ = std::move(text);
    return pattern;
  } catch (const boost::regex_error& error) {
    return fail(Errc::invalid, fmt::format("\"{}\" is not a regular expression: {}", text, error.what()));
  }
}

bool Pattern::matches(std::string_view value) const {
  try {
    return boost::regex_search(value.begin(), value.end(), program_->regex);
  } catch (const std::runtime_error&) {
    return false;  // the matcher gave up: the pattern backtracks without end on this text
  }
}

}  // namespace dynamo::schema
