#pragma once

#include <string>
#include <vector>

namespace dynamo {

/// Columns of text, lined up as kubectl lines them up: three spaces between them, nothing behind the last.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> headings) : rows_{std::move(headings)} {}
  /// A row with fewer cells than headings is filled up with empty ones; longer ones are kept as they are.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const noexcept { return rows_.size() == 1; }
  std::string to_string(bool with_headings = true) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace dynamo
