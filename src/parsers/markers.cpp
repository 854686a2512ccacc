#include "parsers/markers.h"

namespace dynamo::parsers {

Match begins_with(std::string_view text, std::string_view marker, bool closed) {
  if (text.starts_with(marker)) return Match::yes;
  return !closed && marker.starts_with(text) ? Match::maybe : Match::no;
}

std::vector<std::string> joined(std::vector<std::string> markers, const std::vector<std::string>& more) {
  markers.insert(markers.end(), more.begin(), more.end());
  return markers;
}

Markers::Markers(std::vector<std::string> markers) : markers_(std::move(markers)) {
  for (const auto& marker : markers_) first_bytes_[static_cast<unsigned char>(marker[0])] = true;
}

Markers::Start Markers::at_start(std::string_view text, bool closed) const {
  Start best{Match::no};
  for (const auto& marker : markers_) {
    const Match match = begins_with(text, marker, closed);
    if (match == Match::maybe) return {Match::maybe};
    if (match == Match::yes && marker.size() > best.marker.size()) best = {Match::yes, marker};
  }
  return best;
}

Markers::Hit Markers::find(std::string_view text, bool closed) const {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!first_bytes_[static_cast<unsigned char>(text[at])]) continue;
    const Start start = at_start(text.substr(at), closed);
    if (start.match == Match::yes) return {at, start.marker};
    if (start.match == Match::maybe) return {at};
  }
  return {text.size()};
}

}  // namespace dynamo::parsers
