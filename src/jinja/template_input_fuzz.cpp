#include <array>
#include <cstdlib>

#include "jinja/template.h"

namespace {

/// Templates that look at everything in what they are given.
constexpr std::array<std::string_view, 6> kTemplates = {
    "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content|trim }}{% endfor %}",
    "{{ x }}{{ x|tojson }}{{ x|tojson(indent=2, ensure_ascii=true) }}{{ x|string|title|length }}",
    "{% for k, v in x|dictsort %}{{ k|upper }}{{ v|string|replace('a', 'bb')|truncate(9) }}{% endfor %}",
    "{% for a in x recursive %}{{ loop.index }}{% if a is iterable and a is not string %}{{ loop(a) }}{% "
    "endif %}{% endfor %}",
    "{{ x[1:] }}{{ x[::-1] }}{{ x|sort }}{{ x|unique|list }}{{ '%s %r' % (x, x) }}{{ '{!r:>9}'.format(x) }}",
    "{{ x.split('a')|join('-') }}{{ x.strip().upper().lower().title().center(30) }}{{ x|int }}{{ x|float "
    "}}{{ x * 3 }}",
};

}  // namespace

/// Any JSON as the variables of templates: an error or a text, within the limits. The first byte chooses the
/// template.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto document = dynamo::json::parse({reinterpret_cast<const char*>(data + 1), size - 1});
  if (!document) return 0;
  const auto parsed = dynamo::jinja::Template::parse(kTemplates.at(data[0] % kTemplates.size()));
  if (!parsed) std::abort();
  const dynamo::jinja::Options options{
      .limits = {.steps = 200'000, .depth = 200, .output_bytes = 1U << 20U, .memory_bytes = 4U << 20U}};
  const auto text = parsed->render({{"x", *document}, {"messages", *document}}, options);
  if (!text && text.error().message.empty()) std::abort();
  return 0;
}
