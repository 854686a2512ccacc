// Any bytes: repaired, they are valid; in a normal form they stay as they are; graphemes cover them; and the
// way that remembers origins writes the same text as the one that does not.

#include "text/aligned_text.h"
#include "text/graphemes.h"
#include "text/normal_form.h"

namespace {

using namespace dynamo::text;

void check(bool holds) {
  if (!holds) std::abort();
}

std::string normalized(NormalForm form, std::string_view text) {
  std::string out;
  PlainEdits edits(out);
  normalize(form, text, edits);
  return out;
}

void check_form(NormalForm form, const AlignedText& text) {
  const std::string plain = normalized(form, text.text());
  check(normalized(form, plain) == plain);
  Edits edits;
  normalize(form, text.text(), edits);
  AlignedText remembered = text;
  remembered.transform(edits);
  check(remembered.text() == plain);
  for (std::uint32_t at = 0; at < plain.size(); ++at) {
    const Range origin = remembered.origin({.begin = at, .end = at + 1});
    check(origin.begin <= origin.end && origin.end <= text.origin().end);
  }
}

void check_graphemes(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = grapheme_end(text, at);
    check(end > at && end <= text.size());
    at = end;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const AlignedText text(std::string_view(reinterpret_cast<const char*>(data), size));
  check(is_valid(text.text()));
  check_graphemes(text.text());
  for (const NormalForm form : {NormalForm::nfc, NormalForm::nfd, NormalForm::nfkc, NormalForm::nfkd}) {
    check_form(form, text);
  }
  return 0;
}
