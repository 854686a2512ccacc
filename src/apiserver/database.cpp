#include "apiserver/database.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

namespace dynamo::apiserver {
namespace {

constexpr int kFormat = 1;  // PRAGMA user_version of a file that this code reads and writes

struct CloseConnection {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Connection = std::unique_ptr<sqlite3, CloseConnection>;
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

Errc errc_of(int code) {
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Errc::invalid;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Errc::already_exists;
    default:
      return Errc::io;
  }
}

std::unexpected<Error> sqlite_error(sqlite3* db, std::string_view what) {
  return fail(errc_of(sqlite3_extended_errcode(db)), fmt::format("{}: {}", what, sqlite3_errmsg(db)));
}

Result<void> execute(sqlite3* db, const char* sql) {
  if (sqlite3_exec(db, sql, nullptr, nullptr, nullptr) != SQLITE_OK) return sqlite_error(db, "database");
  return {};
}

Result<Statement> prepare(sqlite3* db, const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(db, sql, -1, &statement, nullptr) != SQLITE_OK) return sqlite_error(db, "database");
  return Statement(statement);
}

/// `text` must outlive the statement's next step.
void bind(const Statement& statement, int index, const std::string& text) {
  sqlite3_bind_text(statement.get(), index, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
}

Result<void> run(sqlite3* db, const Statement& statement) {
  const int code = sqlite3_step(statement.get());
  sqlite3_reset(statement.get());
  sqlite3_clear_bindings(statement.get());
  if (code != SQLITE_DONE) return sqlite_error(db, "database");
  return {};
}

std::string column_text(const Statement& statement, int column) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement.get(), column));
  return text == nullptr
             ? std::string{}
             : std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement.get(), column)));
}

Result<std::int64_t> read_number(sqlite3* db, const char* sql) {
  auto statement = prepare(db, sql);
  if (!statement) return std::unexpected(statement.error());
  const int code = sqlite3_step(statement->get());
  if (code != SQLITE_ROW && code != SQLITE_DONE) return sqlite_error(db, "database");
  return code == SQLITE_ROW ? sqlite3_column_int64(statement->get(), 0) : 0;
}

Result<Connection> connect(const std::string& path, Database::Durability durability) {
  sqlite3* db = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(path.c_str(), &db, flags, nullptr);
  Connection connection(db);
  if (code != SQLITE_OK) return sqlite_error(db, fmt::format("opening {}", path));
  // The exclusive lock keeps a second server off the file, and with it SQLite needs no shared-memory file.
  const bool full = durability == Database::Durability::power_failure;
  for (const char* sql :
       {"PRAGMA locking_mode=EXCLUSIVE", "PRAGMA journal_mode=WAL",
        full ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL", "PRAGMA temp_store=MEMORY",
        "PRAGMA cache_size=-2048", "BEGIN IMMEDIATE", "COMMIT"}) {
    if (auto done = execute(db, sql); !done) return context(fmt::format("opening {}", path), done.error());
  }
  return connection;
}

Result<void> check_format(sqlite3* db) {
  const auto format = read_number(db, "PRAGMA user_version");
  if (!format) return std::unexpected(format.error());
  if (*format > kFormat) {
    return fail(Errc::unsupported,
                fmt::format("the file has format {}, this version reads up to {}", *format, kFormat));
  }
  auto check = prepare(db, "PRAGMA quick_check(1)");
  if (!check) return std::unexpected(check.error());
  if (sqlite3_step(check->get()) != SQLITE_ROW) return sqlite_error(db, "database");
  const std::string verdict = column_text(*check, 0);
  if (verdict != "ok") return fail(Errc::invalid, fmt::format("database: {}", verdict));
  return {};
}

constexpr const char* kCreate =
    "CREATE TABLE IF NOT EXISTS counter (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL);"
    "CREATE TABLE IF NOT EXISTS objects (collection TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT "
    "NULL,"
    " body TEXT NOT NULL, PRIMARY KEY (collection, namespace, name)) WITHOUT ROWID;"
    "PRAGMA user_version=1;";

Result<void> load(sqlite3* db, Database::Contents& contents) {
  const auto version = read_number(db, "SELECT version FROM counter");
  if (!version) return std::unexpected(version.error());
  contents.version = static_cast<std::uint64_t>(*version);
  auto rows = prepare(db, "SELECT collection, namespace, name, body FROM objects");
  if (!rows) return std::unexpected(rows.error());
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(rows->get())) == SQLITE_ROW) {
    contents.rows.push_back(
        Row{column_text(*rows, 0), column_text(*rows, 1), column_text(*rows, 2), column_text(*rows, 3)});
  }
  if (code != SQLITE_DONE) return sqlite_error(db, "database");
  return {};
}

Result<Connection> open_sound(const std::string& path, Database::Contents& contents,
                              Database::Durability durability) {
  contents = {};
  auto connection = connect(path, durability);
  if (!connection) return connection;
  sqlite3* db = connection->get();
  for (const auto step : {+[](sqlite3* d, Database::Contents&) { return check_format(d); },
                          +[](sqlite3* d, Database::Contents&) { return execute(d, kCreate); }, &load}) {
    if (auto done = step(db, contents); !done) return context(fmt::format("opening {}", path), done.error());
  }
  return connection;
}

/// Renames the file and its log to the first free name of the form "state.db.corrupt-N".
Result<std::string> keep_aside(const std::string& path) {
  for (int number = 1;; ++number) {
    const std::string aside = fmt::format("{}.corrupt-{}", path, number);
    if (::access(aside.c_str(), F_OK) == 0) continue;
    if (::rename(path.c_str(), aside.c_str()) != 0)
      return std::unexpected(system_error("renaming " + path, errno));
    for (const char* suffix : {"-wal", "-shm"}) ::rename((path + suffix).c_str(), (aside + suffix).c_str());
    return aside;
  }
}

}  // namespace

struct Database::Impl {
  Connection connection;
  Statement put;
  Statement erase;
  Statement count;

  Result<void> write(const Row& row) {
    const Statement& statement = row.body.empty() ? erase : put;
    bind(statement, 1, row.collection);
    bind(statement, 2, row.ns);
    bind(statement, 3, row.name);
    if (!row.body.empty()) bind(statement, 4, row.body);
    return run(connection.get(), statement);
  }

  Result<void> write_all(const std::vector<Row>& rows, std::uint64_t version) {
    for (const auto& row : rows) {
      if (auto done = write(row); !done) return done;
    }
    sqlite3_bind_int64(count.get(), 1, static_cast<sqlite3_int64>(version));
    if (auto done = run(connection.get(), count); !done) return done;
    return execute(connection.get(), "COMMIT");
  }
};

Database::Database(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::open(const std::string& path, Contents& contents,
                                                 Durability durability) {
  auto connection = open_sound(path, contents, durability);
  if (!connection && connection.error().code == Errc::invalid) {
    auto aside = keep_aside(path);
    if (!aside) return std::unexpected(aside.error());
    connection = open_sound(path, contents, durability);
    contents.kept_aside = std::move(*aside);
  }
  if (!connection) {
    Error error = connection.error();
    if (error.code == Errc::already_exists) error.message += " (another process has it open)";
    return std::unexpected(std::move(error));
  }
  sqlite3* db = connection->get();
  auto put = prepare(db, "INSERT OR REPLACE INTO objects VALUES (?1, ?2, ?3, ?4)");
  auto erase = prepare(db, "DELETE FROM objects WHERE collection = ?1 AND namespace = ?2 AND name = ?3");
  auto count = prepare(db, "INSERT OR REPLACE INTO counter VALUES (1, ?1)");
  if (!put || !erase || !count) return sqlite_error(db, fmt::format("opening {}", path));
  return std::unique_ptr<Database>(new Database(std::make_unique<Impl>(
      Impl{std::move(*connection), std::move(*put), std::move(*erase), std::move(*count)})));
}

Result<void> Database::commit(const std::vector<Row>& rows, std::uint64_t version) {
  sqlite3* db = impl_->connection.get();
  if (auto begun = execute(db, "BEGIN IMMEDIATE"); !begun) return begun;
  auto written = impl_->write_all(rows, version);
  if (!written) sqlite3_exec(db, "ROLLBACK", nullptr, nullptr, nullptr);
  return written;
}

}  // namespace dynamo::apiserver
