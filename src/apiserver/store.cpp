#include "apiserver/store.h"

#include <algorithm>

namespace dynamo::apiserver {

struct Store::Pending {
  Pending(net::Loop& loop, Key at, Change what, std::uint64_t of_epoch)
      : key(std::move(at)), change(std::move(what)), epoch(of_epoch), done(loop) {}
  Key key;
  Change change;
  std::uint64_t epoch;
  net::Event done;
  Result<void> outcome;
};

Result<std::unique_ptr<Store>> Store::open(net::Loop& loop, StoreOptions options) {
  std::unique_ptr<Store> store(new Store(loop, std::move(options)));
  if (store->options_.file.empty()) return store;
  Database::Contents contents;
  auto database = Database::open(store->options_.file, contents, store->options_.durability);
  if (!database) return std::unexpected(database.error());
  store->kept_aside_ = contents.kept_aside;
  store->version_ = store->visible_version_ = store->start_version_ = contents.version;
  if (auto loaded = store->load(contents.rows); !loaded) return std::unexpected(loaded.error());
  const std::weak_ptr<Store*> alive = store->alive_;
  store->journal_ = std::make_unique<Journal>(std::move(*database),
                                              [&loop, alive](std::size_t count, Result<void> outcome) {
                                                loop.post([alive, count, outcome = std::move(outcome)] {
                                                  if (const auto self = alive.lock())
                                                    (*self)->report(count, outcome);
                                                });
                                              });
  return store;
}

Store::~Store() = default;

Result<void> Store::load(const std::vector<Row>& rows) {
  for (const auto& row : rows) {
    auto body = json::parse(row.body);
    if (!body || !body->is_object()) {
      return fail(Errc::invalid, fmt::format("{}: {} {}/{} is not a JSON object", options_.file,
                                             row.collection, row.ns, row.name));
    }
    collection(row.collection).objects[Place{row.ns, row.name}] =
        std::make_shared<const Object>(std::move(body->get_object()));
  }
  return {};
}

Store::Collection& Store::collection(const std::string& name) {
  const auto [found, fresh] = collections_.try_emplace(name);
  if (fresh) found->second.floor = start_version_;
  return found->second;
}

ObjectPtr Store::get(const Key& key) const {
  const auto in = collections_.find(key.collection);
  if (in == collections_.end()) return nullptr;
  const auto found = in->second.objects.find(Place{key.ns, key.name});
  return found == in->second.objects.end() ? nullptr : found->second;
}

ObjectPtr Store::head(const Key& key) const {
  const auto found = heads_.find(key);
  return found == heads_.end() ? get(key) : found->second.object;
}

std::vector<ObjectPtr> Store::list(const std::string& collection, const std::string& ns) const {
  std::vector<ObjectPtr> out;
  const auto in = collections_.find(collection);
  if (in == collections_.end()) return out;
  const auto& objects = in->second.objects;
  for (auto at = objects.lower_bound(Place{ns, ""}); at != objects.end(); ++at) {
    if (!ns.empty() && at->first.ns != ns) break;
    out.push_back(at->second);
  }
  return out;
}

std::size_t Store::size(const std::string& collection) const {
  const auto in = collections_.find(collection);
  return in == collections_.end() ? 0 : in->second.objects.size();
}

Store::Submitted Store::submit(const Key& key, std::optional<Object> next) {
  const ObjectPtr before = head(key);
  Change change{.type = !next    ? Change::Type::deleted
                        : before ? Change::Type::modified
                                 : Change::Type::added,
                .version = ++version_,
                .before = before};
  Object object = next ? std::move(*next) : before ? *before : Object{};
  kube::metadata(object)["resourceVersion"] = std::to_string(change.version);
  std::string body = json::dump(object);
  change.bytes = body.size();
  change.object = std::make_shared<const Object>(std::move(object));
  const bool deleted = change.type == Change::Type::deleted;
  heads_[key] = Head{deleted ? nullptr : change.object, change.version};
  pending_.push_back(std::make_shared<Pending>(loop_, key, std::move(change), epoch_));
  Submitted submitted{pending_.back()->change.object, pending_.back()};
  if (journal_) {
    journal_->append(JournalEntry{
        Row{key.collection, key.ns, key.name, deleted ? std::string{} : std::move(body)}, version_, epoch_});
  } else {
    report(1, {});
  }
  return submitted;
}

net::Task<Result<void>> Store::settled(std::shared_ptr<Pending> pending) {
  co_await pending->done.wait();
  co_return pending->outcome;
}

void Store::report(std::size_t count, Result<void> outcome) {
  for (; count > 0; --count) {
    const std::shared_ptr<Pending> write = std::move(pending_.front());
    pending_.pop_front();
    write->outcome = outcome;
    if (outcome) {
      publish(*write);
    } else if (write->epoch == epoch_) {
      ++epoch_;  // what was built upon the lost write fails as well
      heads_.clear();
    }
    write->done.set();
  }
}

void Store::publish(Pending& write) {
  Collection& in = collection(write.key.collection);
  const Place place{write.key.ns, write.key.name};
  if (write.change.type == Change::Type::deleted) {
    in.objects.erase(place);
  } else {
    in.objects[place] = write.change.object;
  }
  visible_version_ = write.change.version;
  const auto head = heads_.find(write.key);
  if (head != heads_.end() && head->second.version == write.change.version) heads_.erase(head);
  remember(in, write.change);
  for (net::Event* watcher : in.watchers) watcher->set();
}

void Store::remember(Collection& in, Change change) {
  in.history_bytes += change.bytes;
  in.history.push_back(std::move(change));
  while (in.history.size() > options_.history ||
         (in.history_bytes > options_.history_bytes && in.history.size() > 1)) {
    in.floor = in.history.front().version;
    in.history_bytes -= in.history.front().bytes;
    in.history.pop_front();
  }
}

Result<std::vector<Change>> Store::changes_after(const std::string& collection, std::uint64_t version) const {
  const auto in = collections_.find(collection);
  const std::uint64_t floor = in == collections_.end() ? start_version_ : in->second.floor;
  if (version < floor)
    return fail(Errc::gone, fmt::format("too old resource version: {} ({})", version, floor));
  std::vector<Change> out;
  if (in == collections_.end()) return out;
  const auto& history = in->second.history;
  const auto from =
      std::upper_bound(history.begin(), history.end(), version,
                       [](std::uint64_t v, const Change& change) { return v < change.version; });
  out.assign(from, history.end());
  return out;
}

std::unique_ptr<Store::Subscription> Store::subscribe(const std::string& collection) {
  return std::make_unique<Subscription>(*this, collection);
}

Store::Subscription::Subscription(Store& store, const std::string& collection)
    : watchers_(store.collection(collection).watchers), changed_(store.loop_) {
  watchers_.insert(&changed_);
}

Store::Subscription::~Subscription() { watchers_.erase(&changed_); }

}  // namespace dynamo::apiserver
