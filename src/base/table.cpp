#include "base/table.h"

#include <algorithm>

namespace dynamo {
namespace {

/// How many characters a terminal shows for UTF-8 `text`: one per code point is right for what we print.
std::size_t shown_width(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

std::string TextTable::to_string(bool with_headings) const {
  std::vector<std::size_t> widths;
  for (std::size_t r = with_headings ? 0 : 1; r < rows_.size(); ++r) {
    widths.resize(std::max(widths.size(), rows_[r].size()));
    for (std::size_t c = 0; c < rows_[r].size(); ++c)
      widths[c] = std::max(widths[c], shown_width(rows_[r][c]));
  }
  std::string out;
  for (std::size_t r = with_headings ? 0 : 1; r < rows_.size(); ++r) {
    std::string line;
    for (std::size_t c = 0; c < rows_[r].size(); ++c) {
      line += rows_[r][c];
      line.append(widths[c] - shown_width(rows_[r][c]) + 3, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

}  // namespace dynamo
