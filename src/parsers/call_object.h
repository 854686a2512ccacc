#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "parsers/json_scanner.h"
#include "parsers/writer.h"

namespace dynamo::parsers {

/// Reads one call written as a JSON object, `{"name": "f", "arguments": {…}}`, as it comes: members in any
/// order, `parameters` for `arguments`, other members passed over, arguments that are an object, null, or a
/// string that holds an object. The call begins as soon as its name and the beginning of its arguments are
/// known.
class CallObject {
 public:
  struct Rules {
    bool needs_arguments =
        false;               // an object without them is no call; the first member must be one of a call's
    bool model_ids = false;  // `id` is taken over when it comes before the arguments
  };
  explicit CallObject(Rules rules) : rules_(rules) {}

  /// Reads on. A name that the request does not offer, and what is not such an object, is bad.
  Fed feed(std::string_view text, Writer& out);
  /// The arguments are complete: whatever follows, this was a call.
  bool has_whole_call() const { return arguments_ == ArgumentsState::told; }

 private:
  enum class State { open, first_key, key, in_key, colon, value, in_value, after_value, done };
  enum class Member { name, arguments, id, other };
  enum class ArgumentsState { none, streaming, held, told };

  bool take(std::string_view text, std::size_t& used, Writer& out);
  bool take_mark(char c, Writer& out);
  bool scan(std::string_view text, std::size_t& used, Writer& out);
  bool end_key();
  bool begin_value(char c, Writer& out);
  bool end_value(Writer& out);
  bool end_name(Writer& out);
  bool end_arguments(Writer& out);
  bool end_object(Writer& out);
  void begin_call(Writer& out);

  Rules rules_;
  State state_ = State::open;
  Member member_ = Member::other;
  ArgumentsState arguments_ = ArgumentsState::none;
  JsonScanner scanner_;
  std::string scanned_;         // of the key or value being read, where it is kept
  std::string held_arguments_;  // arguments that came before the name
  std::string name_;
  std::string id_;
};

}  // namespace dynamo::parsers
