#include <fmt/format.h>

#include "jinja/renderer.h"

namespace dynamo::jinja {
namespace {

/// A macro, or the body of a call block, with the variables that it was written among.
class MacroObject final : public Object {
 public:
  MacroObject(Renderer& renderer, const Procedure& procedure, Activation* outer)
      : renderer_(renderer), procedure_(procedure), outer_(outer) {}

  std::string_view type_name() const override { return "Macro"; }
  bool callable() const override { return true; }
  Value call(Runtime& /*runtime*/, const Arguments& arguments) override {
    return renderer_.call(procedure_, outer_, arguments);
  }
  Value attribute(Runtime& runtime, std::string_view name) override;
  void print(Runtime& runtime, std::string& out) override;

 private:
  Renderer& renderer_;
  const Procedure& procedure_;
  Activation* outer_;
};

Value MacroObject::attribute(Runtime& runtime, std::string_view name) {
  if (name == "name") return Value::text(procedure_.name);
  if (name == "catch_kwargs") return Value::boolean(procedure_.takes_keywords);
  if (name == "catch_varargs") return Value::boolean(procedure_.takes_more);
  if (name == "caller") return Value::boolean(procedure_.takes_caller);
  if (name == "explicit_caller") return Value::boolean(procedure_.explicit_caller);
  if (name != "arguments") return {};
  std::vector<Value> names;
  for (const auto parameter : procedure_.parameter_names) names.push_back(Value::text(parameter));
  return runtime.tuple(names);
}

void MacroObject::print(Runtime& /*runtime*/, std::string& out) {
  out += "<Macro ";
  print_text_repr(procedure_.name, out);
  out += '>';
}

}  // namespace

Value Renderer::macro(const Procedure& procedure) {
  return Value::object(runtime_.heap.make<MacroObject>(*this, procedure, activation_));
}

Value Renderer::call(const Procedure& procedure, Activation* outer, const Arguments& arguments) {
  auto* before = std::exchange(activation_, activate(outer, procedure.slots));
  const auto start = begin_capture();
  enter(procedure.scope);
  bind(procedure, arguments);
  execute(procedure.body);
  activation_ = before;
  return take_since(start);
}

void Renderer::bind(const Procedure& procedure, const Arguments& arguments) {
  const auto names = procedure.parameter_names;
  runtime_.charge(names.size() * (arguments.keywords.size() / 8 + 1));
  std::vector<char> used(arguments.keywords.size(), 0);
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto& slot = variable(procedure.signature.parameters[i]->slot);
    if (i < arguments.positional.size()) {
      slot = arguments.positional[i];
      continue;
    }
    const auto given = std::ranges::find(arguments.keywords, names[i], &Keyword::name);
    if (given == arguments.keywords.end()) continue;
    slot = given->value;
    used[static_cast<std::size_t>(given - arguments.keywords.begin())] = 1;
  }
  bind_rest(procedure, arguments, used);
  const auto defaults = procedure.signature.defaults;
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto& slot = variable(procedure.signature.parameters[i]->slot);
    if (!slot.is_missing()) continue;
    const auto without_default = names.size() - defaults.size();
    slot = i < without_default ? runtime_.undefined(fmt::format("parameter '{}' was not provided", names[i]))
                               : evaluate(*defaults[i - without_default]);
  }
}

/// `caller`, `kwargs` and `varargs`, and complaints about arguments that nothing takes.
void Renderer::bind_rest(const Procedure& procedure, const Arguments& arguments, std::span<char> used) {
  DictBuilder keywords(runtime_);
  if (procedure.takes_caller && !procedure.explicit_caller) {
    activation_->slots[procedure.caller_slot] = runtime_.undefined("No caller defined");
  }
  for (std::size_t i = 0; i < used.size(); ++i) {
    const auto& [name, value] = arguments.keywords[i];
    if (used[i] != 0) continue;
    if (name == "caller" && procedure.takes_caller && !procedure.explicit_caller) {
      if (!value.is_none()) activation_->slots[procedure.caller_slot] = value;
    } else if (procedure.takes_keywords) {
      keywords.set(Value::text(name), value);
    } else if (name == "caller") {
      runtime_.fail(
          fmt::format("macro '{}' was invoked with two values for the special caller argument. This is "
                      "most likely a bug.",
                      procedure.name));
    } else {
      runtime_.fail(fmt::format("macro '{}' takes no keyword argument '{}'", procedure.name, name));
    }
  }
  if (procedure.takes_keywords) activation_->slots[procedure.keywords_slot] = keywords.finish();
  const auto count = std::min(procedure.parameter_names.size(), arguments.positional.size());
  const auto rest = arguments.positional.subspan(count);
  if (procedure.takes_more) {
    activation_->slots[procedure.more_slot] = runtime_.tuple(rest);
  } else if (!rest.empty()) {
    runtime_.fail(fmt::format("macro '{}' takes not more than {} argument(s)", procedure.name, count));
  }
}

}  // namespace dynamo::jinja
