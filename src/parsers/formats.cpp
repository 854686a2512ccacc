#include "parsers/formats.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "parsers/bare_calls.h"
#include "parsers/gemma_calls.h"
#include "parsers/glm_calls.h"
#include "parsers/harmony.h"
#include "parsers/pythonic_calls.h"
#include "parsers/xml_calls.h"

namespace dynamo::parsers {
namespace {

const ReasoningTags kThink{.opens{"<think>"}, .closes{"</think>"}};
const ReasoningTags kThinkFromTheBeginning{.opens{"<think>"}, .closes{"</think>"}, .begins_inside = true};

const std::vector<std::string> kKimiSections{"<|tool_calls_section_begin|>", "<|tool_call_section_begin|>"};

MarkedCallsFormat deepseek(MarkedCallsFormat::Header header) {
  return {.markers{.section_opens{"<｜tool▁calls▁begin｜>"},
                   .section_closes{"<｜tool▁calls▁end｜>"},
                   .call_open = "<｜tool▁call▁begin｜>",
                   .call_close = "<｜tool▁call▁end｜>"},
          .separator = "<｜tool▁sep｜>",
          .header = header};
}

ElementCallsFormat dsml(std::string_view wrapper) {
  return xml_calls({.wrapper_open = fmt::format("<｜DSML｜{}>", wrapper),
                    .wrapper_close = fmt::format("</｜DSML｜{}>", wrapper),
                    .function_open = "<｜DSML｜invoke name=",
                    .function_close = "</｜DSML｜invoke>",
                    .parameter_open = "<｜DSML｜parameter name=",
                    .parameter_close = "</｜DSML｜parameter>"});
}

char lower_case(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower_case, lower_case);
}

template <class Format>
Result<const Format*> find_format(std::span<const Format> formats, std::string_view name,
                                  std::string_view kind) {
  if (name.empty()) return nullptr;
  std::vector<std::string_view> known;
  for (const Format& format : formats) {
    for (const auto each : format.names) {
      if (same_name(each, name)) return &format;
      known.push_back(each);
    }
  }
  std::ranges::sort(known);
  return fail(Errc::invalid,
              fmt::format("there is no {} parser \"{}\"; there are {}", kind, name, fmt::join(known, ", ")));
}

bool demands_call(const ParserOptions& options) {
  return options.calls_required || !options.forced_tool.empty();
}

struct MakeToolStage {
  std::unique_ptr<Stage> operator()(const JsonCallsFormat& format) const {
    return std::make_unique<JsonCallsStage>(format);
  }
  std::unique_ptr<Stage> operator()(const MarkedCallsFormat& format) const {
    return std::make_unique<MarkedCallsStage>(format);
  }
  std::unique_ptr<Stage> operator()(const ElementCallsFormat& format) const {
    return std::make_unique<ElementCallsStage>(format);
  }
  std::unique_ptr<Stage> operator()(PythonicFormat) const { return std::make_unique<PythonicCallsStage>(); }
  std::unique_ptr<Stage> operator()(HarmonyFormat) const { return std::make_unique<PlainStage>(); }
};

/// The JSON calls of a format without markers, and with its own; any other has those without.
JsonCallsFormat bare_calls(const ToolFormat& tool) {
  const auto* own = std::get_if<JsonCallsFormat>(&tool.format);
  JsonCallsFormat format = own != nullptr ? *own : JsonCallsFormat{};
  format.bare = true;
  return format;
}

std::unique_ptr<Stage> make_tool_stage(const ToolFormat* tool, const ParserOptions& options) {
  if (tool == nullptr) return std::make_unique<PlainStage>();
  auto stage = std::visit(MakeToolStage{}, tool->format);
  if (!demands_call(options)) return stage;
  auto bare = std::make_unique<JsonCallsStage>(bare_calls(*tool));
  return std::make_unique<BareCallsStage>(options.forced_tool, std::move(bare), std::move(stage));
}

template <class Format>
bool is_harmony(const Format* format) {
  return format != nullptr && std::holds_alternative<HarmonyFormat>(format->format);
}

}  // namespace

std::span<const ReasoningFormat> reasoning_formats() {
  static const std::vector<ReasoningFormat> kFormats{
      {{"basic"}, "<think>…</think>, anywhere", kThink},
      {{"qwen3", "qwen"}, "Qwen3: <think>…</think>", kThink},
      {{"glm45"}, "GLM 4.5: <think>…</think>", kThink},
      {{"nemotron_deci"}, "Llama Nemotron Super and Ultra: <think>…</think>", kThink},
      {{"deepseek_r1"}, "DeepSeek R1: up to </think>, which the prompt has opened", kThinkFromTheBeginning},
      {{"nemotron_nano", "nemotron3"}, "Nemotron Nano: up to </think>", kThinkFromTheBeginning},
      {{"step3"}, "Step 3: up to </think>", kThinkFromTheBeginning},
      {{"minimax_append_think", "minimax_m2"}, "MiniMax M2: up to </think>", kThinkFromTheBeginning},
      {{"kimi"}, "Kimi: ◁think▷…◁/think▷", ReasoningTags{.opens{"◁think▷"}, .closes{"◁/think▷"}}},
      {{"kimi_k25"},
       "Kimi K2.5: up to </think> or the first tool call",
       ReasoningTags{
           .opens{"<think>"}, .closes{"</think>"}, .interrupts = kKimiSections, .begins_inside = true}},
      {{"mistral"},
       "Magistral: up to [/THINK]",
       ReasoningTags{.opens{"[THINK]"}, .closes{"[/THINK]"}, .begins_inside = true}},
      {{"granite"},
       "Granite 3.2: Here is my thought process: … Here is my response: …",
       ReasoningTags{.opens{"Here is my thought process:", "Here's my thought process:"},
                     .closes{"Here is my response:", "Here's my response:"},
                     .once = true}},
      {{"gemma4", "gemma-4"},
       "Gemma 4: the thought channel",
       ReasoningTags{.opens{"<|channel>thought\n", "<|channel>"}, .closes{"<channel|>"}}},
      {{"gpt_oss", "harmony"}, "gpt-oss: the analysis channel", HarmonyFormat{}},
  };
  return kFormats;
}

std::span<const ToolFormat> tool_formats() {
  using Header = MarkedCallsFormat::Header;
  static const std::vector<ToolFormat> kFormats{
      {{"hermes", "qwen25"},
       "Hermes, Qwen 2.5 and 3: JSON in <tool_call>…</tool_call>",
       JsonCallsFormat{.opens{"<tool_call>"}, .closes{"</tool_call>"}}},
      {{"llama3_json"},
       "Llama 3: JSON, or JSON behind <|python_tag|>; several with ;",
       JsonCallsFormat{.opens{"<|python_tag|>"}, .bare = true}},
      {{"mistral"},
       "Mistral: [TOOL_CALLS] and a JSON list, or a name and JSON",
       JsonCallsFormat{.opens{"[TOOL_CALLS]"}, .closes{"[/TOOL_CALLS]"}, .inline_names = true},
       IdShape::mistral},
      {{"nemotron_deci"},
       "Llama Nemotron: a JSON list in <TOOLCALL>…</TOOLCALL>",
       JsonCallsFormat{.opens{"<TOOLCALL>"}, .closes{"</TOOLCALL>"}}},
      {{"jamba"},
       "Jamba: a JSON list in <tool_calls>…</tool_calls>",
       JsonCallsFormat{.opens{"<tool_calls>"}, .closes{"</tool_calls>"}}},
      {{"phi4"}, "Phi 4: functools and a JSON list", JsonCallsFormat{.opens{"functools"}}},
      {{"default"},
       "JSON, alone or behind <TOOLCALL> or <|python_tag|>",
       JsonCallsFormat{.opens{"<TOOLCALL>", "<|python_tag|>"}, .closes{"</TOOLCALL>"}, .bare = true}},
      {{"deepseek_v3"},
       "DeepSeek V3, R1: a JSON code fence in tool call markers",
       deepseek(Header::type_then_name)},
      {{"deepseek_v3_1"}, "DeepSeek V3.1: JSON in tool call markers", deepseek(Header::name)},
      {{"deepseek_v3_2"}, "DeepSeek V3.2: DSML elements", dsml("function_calls")},
      {{"deepseek_v4", "deepseek-v4", "deepseekv4"}, "DeepSeek V4: DSML elements", dsml("tool_calls")},
      {{"kimi_k2"},
       "Kimi K2: JSON in tool call markers, ids by the model",
       MarkedCallsFormat{.markers{.section_opens = kKimiSections,
                                  .section_closes{"<|tool_calls_section_end|>", "<|tool_call_section_end|>"},
                                  .call_open = "<|tool_call_begin|>",
                                  .call_close = "<|tool_call_end|>"},
                         .separator = "<|tool_call_argument_begin|>",
                         .header = Header::kimi_id}},
      {{"qwen3_coder", "nemotron_nano"},
       "Qwen3-Coder, Nemotron Nano: <function=…> elements",
       xml_calls({.wrapper_open = "<tool_call>",
                  .wrapper_close = "</tool_call>",
                  .function_open = "<function=",
                  .function_close = "</function>",
                  .parameter_open = "<parameter=",
                  .parameter_close = "</parameter>"})},
      {{"minimax_m2"},
       "MiniMax M2: <invoke> elements",
       xml_calls({.wrapper_open = "<minimax:tool_call>",
                  .wrapper_close = "</minimax:tool_call>",
                  .function_open = "<invoke name=",
                  .function_close = "</invoke>",
                  .parameter_open = "<parameter name=",
                  .parameter_close = "</parameter>"})},
      {{"glm47"}, "GLM 4.5 to 5: <arg_key> and <arg_value> in <tool_call>…</tool_call>", glm_calls()},
      {{"gemma4", "gemma-4"}, "Gemma 4: call:f{a:1} in tool call markers", gemma_calls()},
      {{"pythonic"}, "Llama 3.2 and 4: [f(a=1), g()]", PythonicFormat{}},
      {{"harmony"}, "gpt-oss: messages to functions", HarmonyFormat{}},
  };
  return kFormats;
}

Result<const ReasoningFormat*> find_reasoning_format(std::string_view name) {
  return find_format(reasoning_formats(), name, "reasoning");
}

Result<const ToolFormat*> find_tool_format(std::string_view name) {
  return find_format(tool_formats(), name, "tool call");
}

std::vector<std::string> unread_parsers(std::string_view reasoning, std::string_view tool) {
  std::vector<std::string> out;
  if (auto found = find_reasoning_format(reasoning); !found) out.push_back(std::move(found.error().message));
  if (auto found = find_tool_format(tool); !found) out.push_back(std::move(found.error().message));
  return out;
}

std::optional<bool> begins_with_reasoning(std::string_view reasoning_parser, std::string_view prompt_end) {
  const auto format = find_reasoning_format(reasoning_parser);
  if (!format || *format == nullptr) return std::nullopt;
  const auto* tags = std::get_if<ReasoningTags>(&(*format)->format);
  if (tags == nullptr) return std::nullopt;
  const auto ends_prompt = [end = trimmed(prompt_end)](const std::string& marker) {
    return end.ends_with(trimmed(marker));
  };
  if (std::ranges::any_of(tags->opens, ends_prompt)) return true;
  return std::ranges::any_of(tags->closes, ends_prompt) ? std::optional(false) : std::nullopt;
}

std::unique_ptr<Stage> make_stages(const ReasoningFormat* reasoning, const ToolFormat* tool,
                                   const ParserOptions& options) {
  auto stage = make_tool_stage(tool, options);
  const HarmonyParts harmony{.reasoning = is_harmony(reasoning), .calls = is_harmony(tool)};
  if (harmony.reasoning || harmony.calls) stage = std::make_unique<HarmonyStage>(harmony, std::move(stage));
  if (reasoning == nullptr || harmony.reasoning) return stage;
  const auto& tags = std::get<ReasoningTags>(reasoning->format);
  const bool begins_inside = options.begins_with_reasoning.value_or(tags.begins_inside);
  const auto begin = !begins_inside          ? ReasoningTagsStage::Begin::outside
                     : demands_call(options) ? ReasoningTagsStage::Begin::inside_unless_json
                                             : ReasoningTagsStage::Begin::inside;
  return std::make_unique<ReasoningTagsStage>(tags, begin, std::move(stage));
}

}  // namespace dynamo::parsers
