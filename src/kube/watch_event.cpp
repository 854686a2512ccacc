#include "kube/watch_event.h"

#include <fmt/format.h>

#include "kube/status.h"

namespace dynamo::kube {
namespace {

Result<std::optional<WatchEvent>> decode(std::string_view line) {
  using Type = WatchEvent::Type;
  auto document = json::parse(line);
  if (!document) return context("reading a watch event", std::move(document.error()));
  const std::string type(json::string_at(*document, {"type"}));
  json::value* object = json::find(*document, {"object"});
  if (object == nullptr || !object->is_object()) return fail(Errc::invalid, "a watch event has no object");
  if (type == "ERROR") return std::unexpected(error_from_status(std::move(object->get_object())));
  WatchEvent event;
  if (type == "ADDED")
    event.type = Type::added;
  else if (type == "MODIFIED")
    event.type = Type::modified;
  else if (type == "DELETED")
    event.type = Type::deleted;
  else if (type == "BOOKMARK")
    event.type = Type::bookmark;
  else
    return fail(Errc::invalid, fmt::format("unknown type of watch event: \"{}\"", type));
  event.object = std::move(object->get_object());
  return event;
}

}  // namespace

void WatchDecoder::feed(std::string_view bytes) {
  buffer_.erase(0, consumed_);
  scanned_ -= consumed_;
  consumed_ = 0;
  buffer_ += bytes;
}

Result<std::optional<WatchEvent>> WatchDecoder::next() {
  for (;;) {
    const auto end = buffer_.find('\n', scanned_);
    if (end == std::string::npos) {
      scanned_ = buffer_.size();
      if (scanned_ - consumed_ <= max_event_) return std::nullopt;
      return fail(Errc::too_large, fmt::format("a watch event is larger than {} bytes", max_event_));
    }
    const std::string_view line = std::string_view(buffer_).substr(consumed_, end - consumed_);
    consumed_ = scanned_ = end + 1;
    if (line.find_first_not_of(" \t\r") != std::string_view::npos) return decode(line);
  }
}

}  // namespace dynamo::kube
