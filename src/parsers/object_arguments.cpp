#include "parsers/object_arguments.h"

#include "parsers/utf8_gate.h"

namespace dynamo::parsers {

void ObjectArguments::expect(std::string_view name, std::string_view id) {
  name_ = name;
  id_ = id;
  scanner_ = {};
}

/// Up to the brace; more: it is there, or more text is needed, and the input is empty.
Progress ObjectArguments::begin(Input& input, HeldText& held, Writer& out) {
  held.take(input, std::min(leading_white(input.rest()), held.room(out)), out);
  if (input.empty()) return Progress::more;
  const Match end = ends_.at_start(input.rest(), input.closed()).match;
  if (end == Match::maybe) return Progress::more;
  if (end == Match::no && input.rest()[0] != '{') return Progress::bad;
  out.begin_call(name_, id_);
  if (end == Match::no) return Progress::more;
  out.arguments("{}");
  return Progress::done;
}

Progress ObjectArguments::read(Input& input, HeldText& held, Writer& out) {
  Progress progress = out.in_call() ? Progress::more : begin(input, held, out);
  while (out.in_call() && progress == Progress::more && !input.empty()) {
    const auto piece = whole_characters(input.rest(), held.room(out));
    if (piece.empty()) return Progress::bad;
    std::string fragment;
    const Fed fed = scanner_.feed(piece, fragment);
    out.arguments(fragment);
    held.take(input, fed.used, out);
    progress = fed.progress;
  }
  if (progress != Progress::done) return progress;
  out.end_call();
  held.forget();
  return Progress::done;
}

}  // namespace dynamo::parsers
