#include "base/yaml.h"

#include <charconv>
#include <sstream>
#include <unordered_map>
#include <unordered_set>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "base/yaml_check.h"

namespace dynamo::yaml {
namespace {

constexpr std::string_view kTagPrefix = "tag:yaml.org,2002:";

/// Thrown through the parser, which has no other way to be stopped, and caught in `read_chunk`.
[[noreturn]] void stop(const YAML::Mark& mark, const std::string& message) {
  throw YAML::ParserException(mark, message);
}

std::string key_text(const json::value& v) {
  if (const auto* s = v.if_string()) return {s->data(), s->size()};
  if (v.is_double()) return fmt::format("{}", v.get_double());
  return json::dump(v);
}

/// The value of a scalar with an explicit tag.
json::value tagged(std::string_view tag, const std::string& text, const YAML::Mark& mark) {
  const auto name = tag.starts_with(kTagPrefix) ? tag.substr(kTagPrefix.size()) : std::string_view{};
  if (name == "str" || name == "timestamp") return json::value(text);
  const auto resolved = resolve_plain(text);
  const bool fits =
      resolved && ((name == "int" && (resolved->is_int64() || resolved->is_uint64())) ||
                   (name == "float" && resolved->is_number()) || (name == "bool" && resolved->is_bool()) ||
                   (name == "null" && resolved->is_null()));
  if (fits) return *resolved;
  if (name == "int" || name == "float" || name == "bool" || name == "null") {
    stop(mark, fmt::format("\"{}\" is no !!{}", text, name));
  }
  stop(mark, fmt::format("the tag {} is not supported", name.empty() ? tag : fmt::format("!!{}", name)));
}

json::value scalar_value(std::string_view tag, const std::string& text, const YAML::Mark& mark) {
  if (tag == "!") return json::value(repair_escapes(text));  // quoted, or a block
  if (tag != "?" && !tag.empty()) return tagged(tag, text, mark);
  auto resolved = resolve_plain(text);
  if (!resolved)
    stop(mark, fmt::format("{} is not a number that JSON can carry; quote it if a string is meant", text));
  return std::move(*resolved);
}

/// Builds JSON from the parser's events.
class Builder final : public YAML::EventHandler {
 public:
  Builder(const Limits& limits, std::size_t line_offset, std::size_t& budget, Document& document)
      : limits_(limits), line_offset_(line_offset), budget_(budget), document_(document) {}

  bool found() const { return found_; }

  void OnDocumentStart(const YAML::Mark& mark) override { document_.start = position(mark); }
  void OnDocumentEnd() override {}
  void OnAnchor(const YAML::Mark&, const std::string&) override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    leaf(mark, anchor, nullptr, "null", false);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    const bool merge = tag == "?" && text == "<<";
    leaf(mark, anchor, scalar_value(tag, text, mark), text, merge);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, json::array());
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, json::object());
  }
  void OnMapEnd() override { close(); }

 private:
  /// A map or list that is being read.
  struct Frame {
    json::value container;
    std::string path;
    YAML::Mark mark;
    YAML::anchor_t anchor;
    std::size_t cost_before;
    std::optional<std::string> key{};  // of the member that comes next
    bool key_merges{false};
    std::map<std::string, Position> keys{};
    std::vector<json::value> merges{};
  };
  struct Anchored {
    json::value value;
    std::size_t cost;
  };

  Position position(const YAML::Mark& mark) const {
    return {line_offset_ + static_cast<std::size_t>(mark.line) + 1,
            static_cast<std::size_t>(mark.column) + 1};
  }
  void spend(std::size_t bytes, const YAML::Mark& mark) {
    if (bytes > budget_)
      stop(mark, fmt::format("the values take more than {} bytes", limits_.expanded_bytes));
    budget_ -= bytes;
  }
  void leaf(const YAML::Mark& mark, YAML::anchor_t anchor, json::value v, const std::string& text,
            bool merge);
  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, json::value container);
  void close();
  bool wants_key() const {
    return !frames_.empty() && frames_.back().container.is_object() && !frames_.back().key;
  }
  void take_key(const YAML::Mark& mark, const json::value& v, bool merge);
  std::string next_path() const;
  void place(json::value v, const YAML::Mark& mark);
  void merge_into(Frame& frame);

  static constexpr std::size_t kNodeCost = 48;
  const Limits& limits_;
  std::size_t line_offset_;
  std::size_t& budget_;
  Document& document_;
  bool found_{false};
  std::vector<Frame> frames_;
  std::unordered_map<YAML::anchor_t, Anchored> anchors_;
};

void Builder::leaf(const YAML::Mark& mark, YAML::anchor_t anchor, json::value v, const std::string& text,
                   bool merge) {
  const std::size_t cost = kNodeCost + text.size();
  spend(cost, mark);
  if (anchor != 0) anchors_[anchor] = {v, cost};
  if (wants_key()) return take_key(mark, v, merge);
  place(std::move(v), mark);
}

void Builder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const auto found = anchors_.find(anchor);
  if (found == anchors_.end()) stop(mark, "an alias cannot stand inside what it names");
  spend(found->second.cost, mark);
  if (wants_key()) return take_key(mark, found->second.value, false);
  place(found->second.value, mark);
}

void Builder::open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                   json::value container) {
  const std::string_view wanted = container.is_object() ? "map" : "seq";
  if (tag != "?" && !tag.empty() && tag != "!" && tag != fmt::format("{}{}", kTagPrefix, wanted)) {
    stop(mark, fmt::format("the tag {} is not supported", tag));
  }
  if (wants_key()) stop(mark, "a map or list cannot be a key; is this a template that was not rendered?");
  if (frames_.size() >= limits_.depth) stop(mark, fmt::format("nested deeper than {} levels", limits_.depth));
  const std::size_t before = budget_;
  spend(kNodeCost, mark);
  frames_.push_back(
      {std::move(container), frames_.empty() ? std::string() : next_path(), mark, anchor, before});
}

void Builder::close() {
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  merge_into(frame);
  if (frame.anchor != 0) anchors_[frame.anchor] = {frame.container, frame.cost_before - budget_};
  place(std::move(frame.container), frame.mark);
}

void Builder::take_key(const YAML::Mark& mark, const json::value& v, bool merge) {
  Frame& frame = frames_.back();
  if (v.is_null() || v.is_object() || v.is_array())
    stop(mark, "a key must be a string, a number or a boolean");
  frame.key = key_text(v);
  frame.key_merges = merge;
  if (merge) return;
  const Position at = position(mark);
  const auto [first, fresh] = frame.keys.try_emplace(*frame.key, at);
  const std::string path = next_path();
  if (!fresh) document_.duplicates.push_back({path, at, first->second});
  document_.positions.set(path, at);
}

std::string Builder::next_path() const {
  const Frame& frame = frames_.back();
  if (const auto* list = frame.container.if_array()) return fmt::format("{}[{}]", frame.path, list->size());
  return frame.path.empty() ? *frame.key : frame.path + "." + *frame.key;
}

void Builder::place(json::value v, const YAML::Mark& mark) {
  if (frames_.empty()) {
    document_.value = std::move(v);
    found_ = true;
    return;
  }
  Frame& frame = frames_.back();
  if (auto* list = frame.container.if_array()) {
    document_.positions.set(next_path(), position(mark));
    list->push_back(std::move(v));
    return;
  }
  const std::string key = *std::exchange(frame.key, std::nullopt);
  if (!std::exchange(frame.key_merges, false)) {
    frame.container.get_object()[key] = std::move(v);
  } else if (v.is_object()) {
    frame.merges.push_back(std::move(v));
  } else if (v.is_array() &&
             std::ranges::all_of(v.get_array(), [](const auto& item) { return item.is_object(); })) {
    for (auto& item : v.get_array()) frame.merges.push_back(std::move(item));
  } else {
    stop(mark, "<< takes a map or a list of maps");
  }
}

/// Earlier sources of a merge win over later ones, explicit members over both.
void Builder::merge_into(Frame& frame) {
  for (auto& source : frame.merges) {
    for (auto& member : source.get_object())
      frame.container.get_object().emplace(member.key(), member.value());
  }
}

std::string_view kind_name(const json::value& v) {
  if (v.is_array()) return "a list";
  return v.is_string() ? "a string" : v.is_bool() ? "a boolean" : "a number";
}

/// One chunk of a stream: normally one document, or nothing.
class ChunkReader {
 public:
  ChunkReader(const Chunk& chunk, const Limits& limits, std::size_t& budget, Stream& stream)
      : chunk_(chunk), limits_(limits), budget_(budget), stream_(stream) {}

  void read() {
    try {
      std::istringstream in{std::string(chunk_.text)};
      YAML::Parser parser(in);
      while (read_document(parser)) {
      }
    } catch (const YAML::Exception& error) {
      const auto line = std::max(error.mark.line, 0);
      const auto column = std::max(error.mark.column, 0);
      refuse({chunk_.first_line + static_cast<std::size_t>(line) + 1, static_cast<std::size_t>(column) + 1},
             error.msg);
    }
  }

 private:
  void refuse(Position at, std::string message) { stream_.errors.push_back({at, std::move(message)}); }

  bool read_document(YAML::Parser& parser) {
    Document document;
    Builder builder(limits_, chunk_.first_line, budget_, document);
    if (!parser.HandleNextDocument(builder)) return false;
    if (last_start_ && !is_announced(document.start)) {
      refuse(document.start,
             "a second document begins here without --- before it; is the indentation right?");
      return false;
    }
    last_start_ = document.start;
    if (!builder.found() || document.value.is_null()) return true;
    if (document.value.is_object()) {
      stream_.documents.push_back(std::move(document));
    } else {
      refuse(document.start, fmt::format("a document must be a map with apiVersion and kind, this is {}",
                                         kind_name(document.value)));
    }
    return true;
  }

  /// Whether a line with a document marker lies between the last document's start and `start`.
  bool is_announced(Position start) const {
    std::istringstream lines{std::string(chunk_.text)};
    std::string line;
    for (std::size_t number = chunk_.first_line + 1; number <= start.line && std::getline(lines, line);
         ++number) {
      if (number > last_start_->line && (line.starts_with("---") || line.starts_with("..."))) return true;
    }
    return false;
  }

  const Chunk& chunk_;
  const Limits& limits_;
  std::size_t& budget_;
  Stream& stream_;
  std::optional<Position> last_start_{};
};

/// Whole numbers written with a fraction, "2.0", become whole numbers, as plain scalars do.
void make_whole(json::value& v) {
  if (auto* o = v.if_object()) {
    for (auto& member : *o) make_whole(member.value());
  } else if (auto* a = v.if_array()) {
    for (auto& item : *a) make_whole(item);
  } else if (v.is_double()) {
    v = *resolve_plain(json::dump(v));
  }
}

/// The documents of a text that is JSON: one value after the other. Nothing when it is not.
std::optional<Stream> read_json(std::string_view text, const Limits& limits) {
  Stream stream;
  const Lines lines(text);
  boost::json::parse_options options;
  options.max_depth = limits.depth;
  for (std::size_t at = text.find_first_not_of(" \t\r\n"); at < text.size();
       at = text.find_first_not_of(" \t\r\n", at)) {
    boost::json::stream_parser parser({}, options);
    boost::system::error_code error;
    const std::size_t read = parser.write_some(text.data() + at, text.size() - at, error);
    if (!error && !parser.done()) parser.finish(error);
    if (error) return std::nullopt;
    Document document{parser.release()};
    if (!document.value.is_object()) return std::nullopt;
    make_whole(document.value);
    locate_json(text.substr(at, read), at, lines, document);
    stream.documents.push_back(std::move(document));
    at += read;
  }
  return stream;
}

/// `{` and then `"`: more likely broken JSON than a flow map of YAML.
bool was_meant_as_json(std::string_view text) {
  const auto brace = text.find_first_not_of(" \t\r\n");
  const auto next = text.find_first_not_of(" \t\r\n", brace + 1);
  return next != std::string_view::npos && (text[next] == '"' || text[next] == '}');
}

SyntaxError json_error(std::string_view text) {
  boost::json::stream_parser parser;
  boost::system::error_code error;
  const std::size_t read = parser.write_some(text.data(), text.size(), error);
  if (!error && !parser.done()) parser.finish(error);
  return {Lines(text).at(read), fmt::format("not valid JSON: {}", error ? error.message() : "extra data")};
}

std::string describe(Position at) { return fmt::format("line {}, column {}", at.line, at.column); }

}  // namespace

std::optional<Position> Positions::find(std::string_view path) const {
  const auto found = places_.find(path);
  return found == places_.end() ? std::nullopt : std::optional(found->second);
}

Position Positions::nearest(std::string_view path) const {
  for (;;) {
    if (const auto found = find(path)) return *found;
    const auto cut = path.find_last_of(".[");
    if (cut == std::string_view::npos) break;
    path = path.substr(0, cut);
  }
  const auto first = std::ranges::min_element(places_, {}, [](const auto& place) { return place.second; });
  return first == places_.end() ? Position{} : first->second;
}

Stream read(std::string_view text, const Limits& limits) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  Stream stream;
  if (text.size() > limits.text_bytes) {
    stream.errors.push_back({{}, fmt::format("the text is larger than {} bytes", limits.text_bytes)});
    return stream;
  }
  if (auto bad = check_characters(text)) {
    stream.errors.push_back(std::move(*bad));
    return stream;
  }
  const auto first = text.find_first_not_of(" \t\r\n");
  const bool maybe_json = first != std::string_view::npos && text[first] == '{';
  if (maybe_json) {
    if (auto as_json = read_json(text, limits)) return std::move(*as_json);
  }
  std::size_t budget = limits.expanded_bytes;
  for (const auto& chunk : split_documents(text)) ChunkReader(chunk, limits, budget, stream).read();
  if (maybe_json && !stream.errors.empty() && was_meant_as_json(text)) {
    stream = {};
    stream.errors.push_back(json_error(text));
  }
  return stream;
}

Result<std::vector<json::value>> parse_all(std::string_view text) {
  Stream stream = read(text);
  if (!stream.errors.empty()) {
    const auto& first = stream.errors.front();
    return fail(Errc::invalid, fmt::format("{}: {}", describe(first.at), first.message));
  }
  std::vector<json::value> values;
  for (auto& document : stream.documents) {
    if (!document.duplicates.empty()) {
      const auto& again = document.duplicates.front();
      return fail(Errc::invalid, fmt::format("{}: duplicate key {} (first at {})", describe(again.at),
                                             again.path, describe(again.first)));
    }
    values.push_back(std::move(document.value));
  }
  return values;
}

Result<json::value> parse(std::string_view text) {
  auto values = parse_all(text);
  if (!values) return std::unexpected(std::move(values.error()));
  if (values->size() != 1) {
    return fail(Errc::invalid, fmt::format("expected one document, found {}", values->size()));
  }
  return std::move(values->front());
}

}  // namespace dynamo::yaml
