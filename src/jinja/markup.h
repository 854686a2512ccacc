#pragma once

#include <string>

#include "jinja/builtins.h"

/// Text that is markup already, as markupsafe's Markup has it: `safe` and `escape` make it, and whatever is
/// added to it is escaped on the way. Chat templates need none of it; some have it all the same.
namespace dynamo::jinja {

/// `&`, `<`, `>` and quotes as HTML writes them.
std::string escaped(std::string_view text);

/// str(value) as markup; what is markup already stays as it is.
Value to_markup(Runtime& runtime, const Value& value);

/// `made` as markup if `self` is.
Value marked_like(const Value& self, const Value& made);

/// Runs a method of a text that is markup: arguments are escaped, and what comes out is markup.
Value run_on_markup(Runtime& runtime, const Builtin& method, const Value& self, const Arguments& arguments);

}  // namespace dynamo::jinja
