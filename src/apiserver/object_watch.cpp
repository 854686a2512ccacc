#include <algorithm>

#include "apiserver/api_error.h"
#include "apiserver/object_reads.h"

namespace dynamo::apiserver {
namespace {

constexpr std::chrono::seconds kDefaultWatch{45 * 60};
constexpr std::chrono::seconds kMaxWatch{12 * 3600};
constexpr std::chrono::seconds kBookmarkEvery{60};
constexpr std::size_t kWriteAt = 64u << 10;  // bytes of events gathered before they are sent

/// One watch: where it stands, and what it says.
class Watch {
 public:
  Watch(const Store& store, const Clock& clock, const Call& call, Selection selection, Presentation how)
      : store_(store),
        clock_(clock),
        kind_(call.kind),
        selection_(std::move(selection)),
        how_(std::move(how)) {}

  std::uint64_t cursor() const noexcept { return cursor_; }
  void start_at(std::uint64_t version) noexcept { cursor_ = version; }
  std::string take() { return std::exchange(pending_, {}); }
  bool full() const noexcept { return pending_.size() >= kWriteAt; }
  bool has_events() const noexcept { return !pending_.empty(); }

  void add_current() {
    for (const auto& object : select_objects(store_, *kind_, selection_)) add("ADDED", object);
    cursor_ = store_.version();
  }

  void add_change(const Change& change) {
    const bool before = change.before && selection_.matches(*change.before);
    const bool now = change.type != Change::Type::deleted && selection_.matches(*change.object);
    cursor_ = change.version;
    if (now) return add(before ? "MODIFIED" : "ADDED", change.object);
    if (!before) return;
    if (change.type == Change::Type::deleted) return add("DELETED", change.object);
    // It no longer matches: for this watcher it is gone, as of this version.
    Object last = *change.before;
    kube::metadata(last)["resourceVersion"] = std::to_string(change.version);
    add("DELETED", std::make_shared<const Object>(std::move(last)));
  }

  void add_bookmark(bool end_of_initial = false) {
    Object metadata{{"resourceVersion", std::to_string(cursor_)}, {"creationTimestamp", nullptr}};
    if (end_of_initial) metadata["annotations"] = Object{{"k8s.io/initial-events-end", "true"}};
    if (how_.form == Presentation::Form::table) {
      Object table = make_table(*kind_, {}, how_, clock_.wall_now(), std::move(metadata), false);
      return add_text("BOOKMARK", table);
    }
    add_text("BOOKMARK", Object{{"kind", kind_->resource.kind},
                                {"apiVersion", kind_->resource.api_version()},
                                {"metadata", std::move(metadata)}});
  }

  void add_error(const Error& error) { add_text("ERROR", kube_status(error)); }

 private:
  static Object kube_status(const Error& error);
  void add(std::string_view type, const ObjectPtr& object) {
    add_text(type, presented(*kind_, object, how_, clock_.wall_now(), !columns_sent_));
    columns_sent_ = true;
  }
  void add_text(std::string_view type, const Object& object) {
    fmt::format_to(std::back_inserter(pending_),
                   R"({{"type":"{}","object":{}}})"
                   "\n",
                   type, json::dump(object));
  }

  const Store& store_;
  const Clock& clock_;
  KindPtr kind_;
  Selection selection_;
  Presentation how_;
  std::uint64_t cursor_ = 0;
  bool columns_sent_ = false;
  std::string pending_;
};

Object Watch::kube_status(const Error& error) { return error.details ? *error.details : Object{}; }

Duration watch_time(const net::Query& query) {
  const auto wanted = parse_number(query.get("timeoutSeconds")).value_or(0);
  if (wanted == 0) return kDefaultWatch;
  return std::min<std::chrono::seconds>(
      std::chrono::seconds{static_cast<std::int64_t>(std::min<std::uint64_t>(wanted, 1u << 20))}, kMaxWatch);
}

/// Puts what the watch begins with. Errors: too old, too new, not a version.
Result<void> begin(const Store& store, const Call& call, Watch& watch) {
  const net::Query& query = call.http.query;
  const auto text = query.get("resourceVersion");
  const bool initial = query.has("sendInitialEvents") && query.flag("sendInitialEvents");
  if (initial || text.empty() || text == "0") {
    watch.add_current();
    if (initial) watch.add_bookmark(true);
    return {};
  }
  const auto version = parse_number(text);
  if (!version)
    return std::unexpected(
        bad_request(fmt::format("Invalid value: \"{}\": resourceVersion must be a number", text)));
  // A version that this store never gave out is of another one: as good as too old.
  if (*version > store.version()) {
    return std::unexpected(expired(fmt::format(
        "The resourceVersion for the provided watch is too new: {} ({})", *version, store.version())));
  }
  watch.start_at(*version);
  return {};
}

/// Adds changes until there are enough for a write. False when the watch has fallen behind.
bool gather(const Store& store, const std::string& collection, Watch& watch) {
  const auto changes = store.changes_after(collection, watch.cursor());
  if (!changes) {
    watch.add_error(expired(changes.error().message));
    return false;
  }
  for (const auto& change : *changes) {
    watch.add_change(change);
    if (watch.full()) return true;
  }
  watch.start_at(std::max(watch.cursor(), store.version()));
  return true;
}

net::Task<Result<void>> send_events(Watch& watch, net::HttpResponder& out) {
  const std::string events = watch.take();
  Result<void> sent = co_await out.write(events);
  co_return sent;
}

}  // namespace

net::Task<Outcome> watch_objects(net::Loop& loop, Store& store, const Clock& clock, Call call) {
  const auto how = presentation_of(call);
  if (!how) co_return std::unexpected(how.error());
  auto selection = selection_of(call);
  if (!selection) co_return std::unexpected(selection.error());
  Watch watch(store, clock, call, std::move(*selection), *how);
  const auto subscription = store.subscribe(call.kind->collection());
  const auto begun = begin(store, call, watch);
  if (!begun && begun.error().code != Errc::gone) co_return std::unexpected(begun.error());
  net::Headers headers{{"Content-Type", "application/json"}, {"Cache-Control", "no-cache, private"}};
  const Result<void> started = co_await call.out.start(200, std::move(headers));
  if (!started) co_return Streamed{};
  if (!begun) watch.add_error(begun.error());

  std::stop_source stop;
  const std::stop_callback left(call.http.gone, [&stop] { stop.request_stop(); });
  const std::stop_callback ending(call.stopping, [&stop] { stop.request_stop(); });
  const bool bookmarks =
      call.http.query.flag("allowWatchBookmarks") && call.http.query.has("allowWatchBookmarks");
  const TimePoint end = loop.now() + watch_time(call.http.query);
  TimePoint next_bookmark = loop.now() + kBookmarkEvery;
  bool alive = begun.has_value();
  while (alive) {
    subscription->changed().reset();
    alive = gather(store, call.kind->collection(), watch);
    const bool over = loop.now() >= end;
    if (bookmarks && (over || loop.now() >= next_bookmark)) {
      watch.add_bookmark();
      next_bookmark = loop.now() + kBookmarkEvery;
    }
    if (watch.has_events()) {
      const Result<void> sent = co_await send_events(watch, call.out);
      if (!sent) co_return Streamed{};
      if (alive && !over) continue;  // there may be more by now
    }
    if (!alive || over || stop.stop_requested()) break;
    co_await subscription->changed().wait(stop.get_token(), bookmarks ? std::min(end, next_bookmark) : end);
  }
  if (watch.has_events()) {
    const Result<void> sent = co_await send_events(watch, call.out);
    if (!sent) co_return Streamed{};
  }
  co_await call.out.finish();
  co_return Streamed{};
}

}  // namespace dynamo::apiserver
