#include "parsers/harmony.h"

#include "parsers/utf8_gate.h"

namespace dynamo::parsers {
namespace {

constexpr std::string_view kStart = "<|start|>";
constexpr std::string_view kChannel = "<|channel|>";
constexpr std::string_view kMessage = "<|message|>";
constexpr std::string_view kTo = "to=";
constexpr std::string_view kFunctions = "functions.";
constexpr std::size_t kMaxHeader = 1024;

std::vector<std::string> ends() { return {"<|end|>", "<|return|>", "<|call|>"}; }
bool opens_message(std::string_view marker) { return marker == kStart || marker == kChannel; }

/// A message without a channel is for the user too.
bool is_channel(std::string_view name) {
  return name.empty() || name == "analysis" || name == "commentary" || name == "final";
}

/// The word that `text` begins with: up to white space or a marker.
std::string_view first_word(std::string_view text) {
  text.remove_prefix(leading_white(text));
  return text.substr(0, text.find_first_of(" \t\r\n<"));
}

}  // namespace

HarmonyHeader parse_harmony_header(std::string_view text) {
  HarmonyHeader header;
  if (const auto at = text.rfind(kChannel); at != std::string_view::npos) {
    header.channel = first_word(text.substr(at + kChannel.size()));
  }
  for (std::size_t at = text.find(kTo); at != std::string_view::npos; at = text.find(kTo, at + 1)) {
    const bool begins_word =
        at == 0 || kWhite.find(text[at - 1]) != std::string_view::npos || text[at - 1] == '>';
    if (begins_word) header.recipient = first_word(text.substr(at + kTo.size()));
  }
  return header;
}

HarmonyStage::HarmonyStage(HarmonyParts parts, std::unique_ptr<Stage> next)
    : parts_(parts),
      next_(std::move(next)),
      opens_({std::string(kStart), std::string(kChannel)}),
      header_ends_(joined(ends(), {std::string(kMessage), std::string(kStart)})),
      message_ends_(joined(ends(), {std::string(kStart), std::string(kChannel)})),
      arguments_(joined(ends(), {std::string(kStart), std::string(kChannel)})) {}

bool HarmonyStage::step(Writer& out) {
  if (input_.empty()) return false;
  switch (state_) {
    case State::beginning:
      return step_beginning();
    case State::outside:
      return step_outside(out);
    case State::header:
      return step_header(out);
    case State::reasoning:
    case State::content:
      return step_message(out);
    case State::call:
      return step_call(out);
    case State::after_call:
      return step_after_call();
  }
  return false;
}

/// The prompt ends with `<|start|>assistant`, so the answer may begin in the middle of a header.
bool HarmonyStage::step_beginning() {
  state_ = State::outside;
  const std::size_t white = leading_white(input_.rest());
  if (white > kMaxWhite) return true;
  const Match to = begins_with(input_.rest().substr(white), kTo, input_.closed());
  if (to == Match::maybe) state_ = State::beginning;
  if (to == Match::yes) state_ = State::header;
  return to != Match::maybe;
}

bool HarmonyStage::step_outside(Writer& out) {
  const auto hit = opens_.find(input_.rest(), input_.closed());
  next_->feed(input_.take(hit.at), out);
  if (!hit.marker) return false;
  if (next_->reads_call()) {
    next_->feed(input_.take(hit.marker->size()), out);
  } else {
    state_ = State::header;
  }
  return true;
}

/// The header stays in the input until it is complete.
bool HarmonyStage::step_header(Writer& out) {
  const auto text = input_.rest().substr(0, kMaxHeader);
  const std::size_t begin = text.starts_with(kStart) ? kStart.size() : 0;
  const auto hit = header_ends_.find(text.substr(begin), false);
  const std::size_t size = begin + hit.at;
  if (!hit.marker && text.size() < kMaxHeader) return false;
  const auto header = parse_harmony_header(text.substr(0, size));
  if (hit.marker != kMessage || !begin_message(header, out)) {
    next_->feed(input_.take(whole_characters(input_.rest(), size).size()), out);
    state_ = State::outside;
    return true;
  }
  if (state_ == State::call) {
    held_.take(input_, size + kMessage.size(), out);
  } else {
    input_.take(size + kMessage.size());
  }
  return true;
}

bool HarmonyStage::begin_message(const HarmonyHeader& header, Writer& out) {
  if (!is_channel(header.channel)) return false;
  if (header.recipient.empty()) {
    state_ = header.channel == "analysis" && parts_.reasoning ? State::reasoning : State::content;
    return true;
  }
  const auto name = function(header.recipient, out.tools());
  if (!name) return false;
  arguments_.expect(*name);
  state_ = State::call;
  return true;
}

std::optional<std::string_view> HarmonyStage::function(std::string_view recipient, const Tools& tools) const {
  const bool known = tools.find(recipient) != nullptr;
  if (!parts_.calls || (!known && !recipient.starts_with(kFunctions))) return std::nullopt;
  const auto name = known ? recipient : recipient.substr(kFunctions.size());
  return tools.allow(name) ? std::optional(name) : std::nullopt;
}

bool HarmonyStage::step_message(Writer& out) {
  const auto hit = message_ends_.find(input_.rest(), input_.closed());
  const auto text = input_.take(hit.at);
  if (state_ == State::reasoning) {
    out.reasoning(text);
  } else {
    next_->feed(text, out);
  }
  if (!hit.marker) return false;
  if (!opens_message(*hit.marker)) input_.take(hit.marker->size());
  state_ = State::outside;
  return true;
}

bool HarmonyStage::step_call(Writer& out) {
  const Progress progress = arguments_.read(input_, held_, out);
  if (progress == Progress::more) return false;
  if (progress == Progress::bad) return give_up(out);
  state_ = State::after_call;
  return true;
}

bool HarmonyStage::step_after_call() {
  input_.take(leading_white(input_.rest()));
  if (input_.empty()) return false;
  const auto end = message_ends_.at_start(input_.rest(), input_.closed());
  if (end.match == Match::maybe) return false;
  if (end.match == Match::yes && !opens_message(end.marker)) input_.take(end.marker.size());
  state_ = State::outside;
  return true;
}

bool HarmonyStage::give_up(Writer& out) {
  next_->feed(held_.release(out), out);
  state_ = State::outside;
  return true;
}

void HarmonyStage::end(Writer& out) {
  if (state_ == State::call) next_->feed(held_.release(out), out);
  next_->feed(input_.take(input_.rest().size()), out);
  next_->finish(out);
}

}  // namespace dynamo::parsers
