// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <set>
#include <type_traits>

#include "libs/base/log.hpp"
#include "libs/cluster/store/store.hpp"

namespace ashlar::cluster {

namespace {

constexpr int SCHEMA_VERSION = 4;

template <class T>
constexpr bool HAS_ROWID = !std::is_same_v<decltype(T::id), std::string>;

template <class T>
constexpr std::string_view sql_type() {
    if constexpr (std::is_floating_point_v<T>)
        return "REAL NOT NULL";
    else if constexpr (std::is_integral_v<T> || IS_NUMERIC_ID<T>)
        return "INTEGER NOT NULL";
    else
        return "TEXT NOT NULL";
}

/// A prepared statement, bound and stepped once per use; errors go to `sink`.
class Statement {
  public:
    Statement(sqlite3* db, const std::string& sql, uint64_t* work = nullptr) : work_(work) {
        ok_ = sqlite3_prepare_v2(db, sql.c_str(), -1, &stmt_, nullptr) == SQLITE_OK;
    }
    ~Statement() {
        if (work_ && stmt_) *work_ += static_cast<uint64_t>(sqlite3_stmt_status(stmt_, SQLITE_STMTSTATUS_VM_STEP, 0));
        sqlite3_finalize(stmt_);
    }
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    bool ok() const { return ok_; }
    template <class T>
    void bind(int i, const T& v) {
        if (!ok_) return;
        if constexpr (std::is_convertible_v<T, std::string_view>) {
            const std::string_view s = v;
            sqlite3_bind_text(stmt_, i, s.data(), static_cast<int>(s.size()), SQLITE_TRANSIENT);
        } else if constexpr (std::is_same_v<T, wire::Json>) {
            bind(i, v.text);
        } else if constexpr (IS_NUMERIC_ID<T>) {
            sqlite3_bind_int64(stmt_, i, static_cast<int64_t>(v));
        } else if constexpr (std::is_enum_v<T>) {
            bind(i, name_of(v));
        } else if constexpr (std::is_floating_point_v<T>) {
            sqlite3_bind_double(stmt_, i, v);
        } else {
            sqlite3_bind_int64(stmt_, i, static_cast<int64_t>(v));
        }
    }
    template <class T>
    void column(int i, T& v) {
        if constexpr (std::is_same_v<T, std::string>) {
            const auto* p = sqlite3_column_text(stmt_, i);
            v.assign(reinterpret_cast<const char*>(p), p ? static_cast<size_t>(sqlite3_column_bytes(stmt_, i)) : 0);
        } else if constexpr (std::is_same_v<T, wire::Json>) {
            column(i, v.text);
        } else if constexpr (IS_NUMERIC_ID<T>) {
            v = static_cast<T>(sqlite3_column_int64(stmt_, i));
        } else if constexpr (std::is_enum_v<T>) {
            std::string s;
            column(i, s);
            ok_ = ok_ && parse_name(s, v);
        } else if constexpr (std::is_floating_point_v<T>) {
            v = sqlite3_column_double(stmt_, i);
        } else {
            v = static_cast<T>(sqlite3_column_int64(stmt_, i));
        }
    }
    /// True while there is a row.
    bool step() {
        if (!ok_) return false;
        const int rc = sqlite3_step(stmt_);
        ok_ = rc == SQLITE_ROW || rc == SQLITE_DONE;
        return rc == SQLITE_ROW;
    }

  private:
    sqlite3_stmt* stmt_ = nullptr;
    uint64_t* work_;
    bool ok_ = false;
};

template <class T>
std::string create_table_sql() {
    std::string sql = fmt::format("CREATE TABLE IF NOT EXISTS {} (", T::TABLE), comma;
    T row;
    wire::each_field(row, [&](std::string_view name, auto& member) {
        using M = std::remove_reference_t<decltype(member)>;
        sql += fmt::format("{}\"{}\" {}", comma, name, name == "id" && HAS_ROWID<T> ? "INTEGER" : sql_type<M>());
        if (name == "id") sql += HAS_ROWID<T> ? " PRIMARY KEY AUTOINCREMENT" : " PRIMARY KEY";
        comma = ", ";
    });
    return sql + ")";
}

constexpr const char* INDEXES[] = {
    "CREATE INDEX IF NOT EXISTS jobs_by_key ON jobs(idempotency_key)",
    "CREATE INDEX IF NOT EXISTS jobs_unmade ON jobs(count - made) WHERE finished_ms=0 AND made<count",
    R"(CREATE INDEX IF NOT EXISTS jobs_deadline ON jobs(created_ms + deadline_ms + forgiven_ms)
         WHERE finished_ms=0 AND deadline_ms>0)",
    "CREATE INDEX IF NOT EXISTS blocks_by_job ON blocks(job, ordinal)",
    "CREATE INDEX IF NOT EXISTS blocks_in_order ON blocks(state, priority DESC, job, ordinal)",
    "CREATE INDEX IF NOT EXISTS blocks_queued ON blocks(source, priority DESC, job, ordinal) WHERE state='queued'",
    "CREATE INDEX IF NOT EXISTS blocks_open ON blocks(job) WHERE finished_ms=0",
    "CREATE INDEX IF NOT EXISTS blocks_finished ON blocks(finished_ms, id) WHERE finished_ms>0",
    "CREATE INDEX IF NOT EXISTS blocks_by_proof ON blocks(proof) WHERE proof<>''",
    "CREATE INDEX IF NOT EXISTS blocks_by_elf ON blocks(elf) WHERE elf<>''",
    "CREATE INDEX IF NOT EXISTS blocks_by_program ON blocks(subblock_program)",
    "CREATE INDEX IF NOT EXISTS blocks_by_aggregator ON blocks(aggregator_program)",
    "CREATE INDEX IF NOT EXISTS blocks_by_number ON blocks(number)",
    "CREATE INDEX IF NOT EXISTS blocks_by_hash ON blocks(hash)",
    "CREATE INDEX IF NOT EXISTS tasks_by_block ON tasks(block, kind, \"index\")",
    "CREATE INDEX IF NOT EXISTS tasks_by_state ON tasks(state, kind)",
    "CREATE INDEX IF NOT EXISTS tasks_by_stdin ON tasks(stdin_blob)",
    "CREATE INDEX IF NOT EXISTS tasks_by_output ON tasks(output) WHERE output<>''",
    "CREATE INDEX IF NOT EXISTS attempts_by_task ON attempts(task)",
    "CREATE INDEX IF NOT EXISTS attempts_by_state ON attempts(state)",
};

/// Numbers of blocks by state, kept by the database itself: counting rows would cost more with each block of history.
constexpr const char* COUNTS[] = {
    R"(CREATE TABLE IF NOT EXISTS counts (state TEXT NOT NULL, program INTEGER NOT NULL, n INTEGER NOT NULL,
         PRIMARY KEY (state, program)) WITHOUT ROWID)",
    R"(CREATE TRIGGER IF NOT EXISTS count_insert AFTER INSERT ON blocks BEGIN
         INSERT INTO counts VALUES (new.state, new.elf<>'', 1) ON CONFLICT (state, program) DO UPDATE SET n=n+1;
       END)",
    R"(CREATE TRIGGER IF NOT EXISTS count_update AFTER UPDATE OF state ON blocks WHEN old.state<>new.state BEGIN
         UPDATE counts SET n=n-1 WHERE state=old.state AND program=(old.elf<>'');
         INSERT INTO counts VALUES (new.state, new.elf<>'', 1) ON CONFLICT (state, program) DO UPDATE SET n=n+1;
       END)",
};

/// What rows of schema 1 lack, besides columns.
constexpr const char* FROM_VERSION_1[] = {
    "DROP INDEX IF EXISTS jobs_by_state",
    "DROP INDEX IF EXISTS blocks_by_state",
    "UPDATE jobs SET made=count",
    "UPDATE nodes SET drained=1 WHERE state='draining'",
    R"(UPDATE blocks SET priority=(SELECT priority FROM jobs WHERE jobs.id=blocks.job),
         source=(SELECT CASE mode WHEN 'reproduce' THEN 'folders' WHEN 'range' THEN 'node' WHEN 'latest' THEN 'head'
                 ELSE 'program' END FROM jobs WHERE jobs.id=blocks.job))",
    // The first block a latest job has fetched tells where it began.
    R"(UPDATE jobs SET start=coalesce((SELECT max(number-ordinal) FROM blocks WHERE job=jobs.id AND number>0), 0)
         WHERE mode='latest')",
    R"(UPDATE blocks SET number=(SELECT start FROM jobs WHERE jobs.id=blocks.job)+ordinal
         WHERE source='head' AND number=0 AND (SELECT start FROM jobs WHERE jobs.id=blocks.job)>0)",
    "INSERT INTO counts SELECT state, elf<>'', count(*) FROM blocks GROUP BY 1, 2",
};

class SqliteStore final : public Store {
  public:
    ~SqliteStore() override { sqlite3_close(db_); }

    HostResult<void> open(const std::filesystem::path& file) {
        const std::string where = file.string();
        if (sqlite3_open_v2(where.c_str(), &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX,
                            nullptr) != SQLITE_OK)
            return fail("store_failed", where + ": " + sqlite3_errmsg(db_),
                        "check that the state directory is writable");
        sqlite3_busy_timeout(db_, 5000);
        for (const char* sql : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA wal_autocheckpoint=256"})
            if (!exec(sql)) return damaged(where);
        std::string verdict;
        int64_t have = 0;
        {  // ended before tables change
            Statement check(db_, "PRAGMA quick_check(1)");
            if (check.step()) check.column(0, verdict);
            Statement version(db_, "PRAGMA user_version");
            if (version.step()) version.column(0, have);
        }
        if (verdict != "ok") return damaged(where);
        if (have > SCHEMA_VERSION)
            return fail("store_version", fmt::format("{}: written by a newer version (schema {})", where, have),
                        "run the version that wrote it, or start with an empty state directory");
        bool ok = exec("BEGIN IMMEDIATE") && exec(create_table_sql<Job>()) && exec(create_table_sql<Block>()) &&
                  exec(create_table_sql<Task>()) && exec(create_table_sql<Attempt>()) &&
                  exec(create_table_sql<Node>()) && exec(create_table_sql<Event>());
        if (columns<Task>().contains("idx")) ok = ok && exec("ALTER TABLE tasks RENAME COLUMN idx TO \"index\"");
        if (have > 0 && have < SCHEMA_VERSION)
            ok = ok && add_columns<Job>() && add_columns<Block>() && add_columns<Task>() && add_columns<Attempt>() &&
                 add_columns<Node>() && add_columns<Event>();
        for (const char* sql : COUNTS) ok = ok && exec(sql);
        if (have == 1)
            for (const char* sql : FROM_VERSION_1) ok = ok && exec(sql);
        for (const char* sql : INDEXES) ok = ok && exec(sql);
        ok = ok && exec(fmt::format("PRAGMA user_version={}", SCHEMA_VERSION)) && exec("COMMIT");
        if (!ok) return damaged(where);
        return {};
    }

    HostResult<void> transaction(const std::function<HostResult<void>()>& body) override {
        error_.clear();
        if (!exec("BEGIN IMMEDIATE")) return failed();
        auto result = body();
        if (result && error_.empty() && exec("COMMIT")) return {};
        if (result || !error_.empty()) result = failed();
        sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
        // On a full disk it may be the write-ahead log that cannot grow: moved into the database it gives its room
        // back.
        if (full_) sqlite3_wal_checkpoint_v2(db_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
        full_ = false;
        error_.clear();
        return result;
    }

    void insert(Job& v) override { add(v); }
    void insert(Block& v) override { add(v); }
    void insert(Task& v) override { add(v); }
    void insert(const Attempt& v) override { add(v); }
    void insert(const Node& v) override { add(v); }
    void insert(Event& v) override { add(v); }
    void update(const Job& v) override { replace(v); }
    void update(const Block& v) override { replace(v); }
    void update(const Task& v) override { replace(v); }
    void update(const Attempt& v) override { replace(v); }
    void update(const Node& v) override { replace(v); }
    void remove(const Node& v) override {
        if (!error_.empty()) return;
        Statement s(db_, "DELETE FROM nodes WHERE id=?", &work_);
        s.bind(1, v.id);
        s.step();
        note(s);
    }

    std::optional<Job> job(JobId id) override { return one<Job>("WHERE id=?", id); }
    std::optional<Job> job_by_key(const std::string& key) override {
        return one<Job>("WHERE idempotency_key=? LIMIT 1", key);
    }
    std::vector<Job> jobs(int64_t before, size_t limit) override {
        return select<Job>("WHERE id<? ORDER BY id DESC LIMIT ?", before > 0 ? before : INT64_MAX, limit);
    }
    std::vector<Job> jobs_with_deadline(std::optional<int64_t> now_ms) override {
        return select<Job>("WHERE finished_ms=0 AND deadline_ms>0 AND created_ms + deadline_ms + forgiven_ms < ?",
                           now_ms.value_or(INT64_MAX));
    }
    uint64_t unmade_blocks() override {
        return count("SELECT coalesce(sum(count - made), 0) FROM jobs WHERE finished_ms=0 AND made<count");
    }

    std::optional<Block> block(BlockId id) override { return one<Block>("WHERE id=?", id); }
    std::vector<Block> blocks_of(JobId id, uint64_t first, size_t limit) override {
        return select<Block>("WHERE job=? AND ordinal>=? ORDER BY ordinal LIMIT ?", id, first, limit);
    }
    std::vector<Block> open_blocks_of(JobId id) override {
        return select<Block>("WHERE job=? AND finished_ms=0 ORDER BY ordinal", id);
    }
    std::vector<Block> blocks_in(BlockState s, size_t limit) override {
        return select<Block>("WHERE state=? ORDER BY priority DESC, job, ordinal LIMIT ?", s, limit);
    }
    std::vector<Block> queued_blocks(const std::string& source, uint64_t up_to, size_t limit) override {
        return select<Block>(
            "WHERE state='queued' AND source=? AND number<=? ORDER BY priority DESC, job, ordinal LIMIT ?", source,
            std::min<uint64_t>(up_to, INT64_MAX), limit);
    }
    std::optional<Block> block_by_number(uint64_t n) override {
        return one<Block>("WHERE number=? AND elf='' ORDER BY state='proven' DESC, id DESC LIMIT 1", n);
    }
    std::optional<Block> block_by_hash(const std::string& h) override {
        return one<Block>("WHERE hash=? ORDER BY state='proven' DESC, id DESC LIMIT 1", h);
    }
    std::vector<Block> finished_blocks(size_t limit) override {
        auto rows = select<Block>("WHERE finished_ms>0 ORDER BY finished_ms DESC, id DESC LIMIT ?", limit);
        return {rows.rbegin(), rows.rend()};
    }
    uint64_t proven_since(int64_t ms) override {
        return count("SELECT count(*) FROM blocks WHERE finished_ms>? AND finished_ms>0 AND state='proven'", ms);
    }
    bool uses_blob(const std::string& n) override {
        return count(
                   "SELECT EXISTS(SELECT 1 FROM blocks WHERE proof=? AND proof<>'') OR "
                   "EXISTS(SELECT 1 FROM blocks WHERE elf=? AND elf<>'' AND (finished_ms=0 OR state='proven')) OR "
                   "EXISTS(SELECT 1 FROM blocks WHERE subblock_program=?) OR "
                   "EXISTS(SELECT 1 FROM blocks WHERE aggregator_program=?) OR "
                   "EXISTS(SELECT 1 FROM tasks JOIN blocks ON blocks.id=tasks.block WHERE tasks.stdin_blob=? AND "
                   "finished_ms=0) OR "
                   "EXISTS(SELECT 1 FROM tasks JOIN blocks ON blocks.id=tasks.block WHERE output=? AND output<>'' AND "
                   "finished_ms=0)",
                   n, n, n, n, n, n) != 0;
    }
    std::map<BlockState, uint64_t> block_counts(bool with_programs) override {
        std::map<BlockState, uint64_t> out;
        Statement s(db_, "SELECT state, sum(n) FROM counts WHERE n>0 AND program<=? GROUP BY state", &work_);
        s.bind(1, static_cast<int>(with_programs));
        while (s.step()) {
            BlockState state{};
            uint64_t n = 0;
            s.column(0, state), s.column(1, n);
            out[state] = n;
        }
        note(s);
        return out;
    }

    std::optional<Task> task(TaskId id) override { return one<Task>("WHERE id=?", id); }
    std::vector<Task> tasks_of(BlockId id) override {
        return select<Task>("WHERE block=? ORDER BY kind DESC, \"index\"", id);
    }
    std::vector<Task> ready_tasks(TaskKind kind, int64_t now_ms, size_t limit) override {
        return select<Task>(
            "WHERE state='ready' AND kind=? AND not_before_ms<=? ORDER BY (SELECT -priority FROM blocks WHERE "
            "blocks.id=tasks.block), block, \"index\" LIMIT ?",
            kind, now_ms, limit);
    }

    std::optional<Attempt> attempt(const std::string& id) override { return one<Attempt>("WHERE id=?", id); }
    std::vector<Attempt> attempts_of(TaskId id) override { return select<Attempt>("WHERE task=? ORDER BY rowid", id); }
    std::vector<Attempt> running_attempts() override { return select<Attempt>("WHERE state='running'"); }

    std::optional<Node> node(const std::string& id) override { return one<Node>("WHERE id=?", id); }
    std::vector<Node> nodes() override { return select<Node>("ORDER BY role, name, id"); }

    std::vector<Event> events_after(int64_t id, size_t limit) override {
        return select<Event>("WHERE id>? ORDER BY id LIMIT ?", id, limit);
    }
    int64_t last_event() override {
        Statement s(db_, "SELECT coalesce(max(id),0) FROM events");
        int64_t id = 0;
        if (s.step()) s.column(0, id);
        note(s);
        return id;
    }
    void trim_events(int64_t keep, int64_t limit) override {
        Statement s(db_,
                    "DELETE FROM events WHERE id <= (SELECT max(id) FROM events) - ? AND id < (SELECT min(id) FROM "
                    "events) + ?",
                    &work_);
        s.bind(1, keep), s.bind(2, limit);
        s.step();
        note(s);
    }

    uint64_t work() const override { return work_; }

  private:
    sqlite3* db_ = nullptr;
    uint64_t work_ = 0;
    std::string error_;
    bool full_ = false;  ///< error_ is about a full disk

    bool exec(const std::string& sql) {
        if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return true;
        remember();
        return false;
    }
    void note(const Statement& s) {
        if (!s.ok()) remember();
    }
    void remember() {
        if (!error_.empty()) return;
        error_ = sqlite3_errmsg(db_);
        full_ = sqlite3_errcode(db_) == SQLITE_FULL;
        // A change says so itself; a question that failed would pass for one without an answer.
        if (sqlite3_get_autocommit(db_) && !full_) log::error("store_error", {{"reason", error_}});
    }
    Fail<Error> failed() const {
        return fail("store_failed", "the store refused a change: " + error_,
                    "check disk space and the state directory");
    }
    Fail<Error> damaged(const std::string& where) const {
        return fail("store_damaged", fmt::format("{}: not a usable store ({})", where, sqlite3_errmsg(db_)),
                    "restore it from a copy, or move it away to start empty");
    }

    template <class T>
    std::set<std::string> columns() {
        std::set<std::string> names;
        Statement s(db_, fmt::format("SELECT name FROM pragma_table_info('{}')", T::TABLE));
        for (std::string name; s.step(); names.insert(name)) s.column(0, name);
        return names;
    }

    /// ALTER TABLE for each field the table lacks.
    template <class T>
    bool add_columns() {
        const std::set<std::string> have = columns<T>();
        bool ok = true;
        T row;
        wire::each_field(row, [&](std::string_view name, auto& member) {
            using M = std::remove_reference_t<decltype(member)>;
            if (have.contains(std::string(name))) return;
            ok = ok && exec(fmt::format("ALTER TABLE {} ADD COLUMN \"{}\" {} DEFAULT {}", T::TABLE, name, sql_type<M>(),
                                        sql_type<M>().starts_with("TEXT") ? "''" : "0"));
        });
        return ok;
    }

    template <class... Args>
    uint64_t count(const std::string& sql, const Args&... args) {
        Statement s(db_, sql, &work_);
        int i = 0;
        (s.bind(++i, args), ...);
        uint64_t n = 0;
        if (s.step()) s.column(0, n);
        note(s);
        return n;
    }

    template <class T>
    void add(T& row) {
        using Row = std::remove_const_t<T>;
        if (!error_.empty()) return;
        std::string names, marks;
        wire::each_field(row, [&](std::string_view name, auto&) {
            if (name == "id" && HAS_ROWID<Row>) return;
            names += fmt::format("{}\"{}\"", names.empty() ? "" : ",", name);
            marks += marks.empty() ? "?" : ",?";
        });
        Statement s(db_, fmt::format("INSERT INTO {} ({}) VALUES ({})", Row::TABLE, names, marks), &work_);
        int i = 0;
        wire::each_field(row, [&](std::string_view name, auto& member) {
            if (name == "id" && HAS_ROWID<Row>) return;
            s.bind(++i, member);
        });
        s.step();
        note(s);
        if constexpr (HAS_ROWID<Row> && !std::is_const_v<T>)
            row.id = static_cast<decltype(row.id)>(sqlite3_last_insert_rowid(db_));
    }

    template <class T>
    void replace(const T& row) {
        if (!error_.empty()) return;
        std::string sets;
        wire::each_field(row, [&](std::string_view name, auto&) {
            sets += fmt::format("{}\"{}\"=?", sets.empty() ? "" : ",", name);
        });
        Statement s(db_, fmt::format("UPDATE {} SET {} WHERE id=?", T::TABLE, sets), &work_);
        int i = 0;
        wire::each_field(row, [&](std::string_view, auto& member) { s.bind(++i, member); });
        s.bind(++i, row.id);
        s.step();
        note(s);
        if (s.ok() && sqlite3_changes(db_) != 1 && error_.empty()) error_ = fmt::format("{}: no such row", T::TABLE);
    }

    template <class T, class... Args>
    std::vector<T> select(std::string_view where, const Args&... args) {
        std::vector<T> out;
        if (!error_.empty()) return out;
        std::string names;
        T probe;
        wire::each_field(probe, [&](std::string_view name, auto&) {
            names += fmt::format("{}\"{}\"", names.empty() ? "" : ",", name);
        });
        Statement s(db_, fmt::format("SELECT {} FROM {} {}", names, T::TABLE, where), &work_);
        int i = 0;
        (s.bind(++i, args), ...);
        while (s.step()) {
            T& row = out.emplace_back();
            int c = 0;
            wire::each_field(row, [&](std::string_view, auto& member) { s.column(c++, member); });
        }
        note(s);
        return out;
    }
    template <class T, class... Args>
    std::optional<T> one(std::string_view where, const Args&... args) {
        auto rows = select<T>(where, args...);
        if (rows.empty()) return std::nullopt;
        return std::move(rows.front());
    }
};

}  // namespace

HostResult<std::unique_ptr<Store>> open_sqlite_store(const std::filesystem::path& file) {
    auto store = std::make_unique<SqliteStore>();
    ASHLAR_TRY(store->open(file));
    return std::unique_ptr<Store>(std::move(store));
}

}  // namespace ashlar::cluster
