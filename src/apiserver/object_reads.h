#pragma once

#include "apiserver/call.h"
#include "apiserver/store.h"
#include "base/clock.h"
#include "net/loop.h"

/// GET: one object, a list, a watch.
namespace dynamo::apiserver {

Outcome get_object(const Store& store, const Clock& clock, const Call& call);

/// With limit and continue; the version told is that of the first page, so that a watch from there misses
/// nothing.
Outcome list_objects(const Store& store, const Clock& clock, const Call& call);

/// Streams changes until the time given is over, the client leaves, or it falls behind the history (410).
net::Task<Outcome> watch_objects(net::Loop& loop, Store& store, const Clock& clock, Call call);

/// How the answer is to be written. Errors: 406.
Result<Presentation> presentation_of(const Call& call);
/// `object` as it is to be written; a Table's column definitions only when asked for.
Object presented(const Kind& kind, const ObjectPtr& object, const Presentation& how, WallTime now,
                 bool with_columns);
/// A whole number from 0 up, and nothing else.
std::optional<std::uint64_t> parse_number(std::string_view text);

/// Objects that `selection` means, in order.
std::vector<ObjectPtr> select_objects(const Store& store, const Kind& kind, const Selection& selection);

}  // namespace dynamo::apiserver
