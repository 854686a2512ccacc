#pragma once

#include <string>
#include <string_view>

#include "parsers/stage.h"

namespace dynamo::parsers {

/// What a model wrote since the marker of a call, for as long as it may turn out to be no call. A format
/// takes text only through here, so that nothing is lost.
class HeldText {
 public:
  /// Takes `count` bytes of `input` and keeps them while the client does not know of the call.
  void take(Input& input, std::size_t count, const Writer& out) {
    const auto piece = input.take(count);
    if (out.call_is_told()) {
      text_.clear();
    } else {
      text_ += piece;
    }
  }
  /// How much more may be held; what is longer is no call.
  std::size_t room(const Writer& out) const {
    if (out.call_is_told()) return std::string_view::npos;
    return out.max_held_bytes() - std::min(text_.size(), out.max_held_bytes());
  }
  bool empty() const { return text_.empty(); }
  /// It was a call.
  void forget() { text_.clear(); }
  /// It was none: gives what is held, which is content. Of a call that is told already nothing comes back.
  std::string release(Writer& out) {
    if (out.call_is_told()) text_.clear();
    out.break_call();
    return std::exchange(text_, {});
  }

 private:
  std::string text_;
};

}  // namespace dynamo::parsers
