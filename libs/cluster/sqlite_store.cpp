// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <sqlite3.h>

#include <type_traits>

#include "libs/cluster/store.hpp"

namespace ashlar::cluster {

namespace {

constexpr int SCHEMA_VERSION = 1;

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
    Statement(sqlite3* db, const std::string& sql) {
        ok_ = sqlite3_prepare_v2(db, sql.c_str(), -1, &stmt_, nullptr) == SQLITE_OK;
    }
    ~Statement() { sqlite3_finalize(stmt_); }
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    bool ok() const { return ok_; }
    template <class T>
    void bind(int i, const T& v) {
        if (!ok_) return;
        if constexpr (std::is_convertible_v<T, std::string_view>) {
            const std::string_view s = v;
            sqlite3_bind_text(stmt_, i, s.data(), static_cast<int>(s.size()), SQLITE_TRANSIENT);
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
    bool ok_ = false;
};

template <class T>
std::string create_table_sql() {
    std::string sql = fmt::format("CREATE TABLE IF NOT EXISTS {} (", T::TABLE), comma;
    T row;
    T::each(row, [&](std::string_view name, auto& member) {
        using M = std::remove_reference_t<decltype(member)>;
        sql += fmt::format("{}{} {}", comma, name, name == "id" && HAS_ROWID<T> ? "INTEGER" : sql_type<M>());
        if (name == "id") sql += HAS_ROWID<T> ? " PRIMARY KEY AUTOINCREMENT" : " PRIMARY KEY";
        comma = ", ";
    });
    return sql + ")";
}

constexpr const char* INDEXES[] = {
    "CREATE INDEX IF NOT EXISTS jobs_by_key ON jobs(idempotency_key)",
    "CREATE INDEX IF NOT EXISTS jobs_by_state ON jobs(state)",
    "CREATE INDEX IF NOT EXISTS blocks_by_job ON blocks(job, ordinal)",
    "CREATE INDEX IF NOT EXISTS blocks_by_state ON blocks(state)",
    "CREATE INDEX IF NOT EXISTS blocks_by_number ON blocks(number)",
    "CREATE INDEX IF NOT EXISTS blocks_by_hash ON blocks(hash)",
    "CREATE INDEX IF NOT EXISTS tasks_by_block ON tasks(block, kind, idx)",
    "CREATE INDEX IF NOT EXISTS tasks_by_state ON tasks(state, kind)",
    "CREATE INDEX IF NOT EXISTS attempts_by_task ON attempts(task)",
    "CREATE INDEX IF NOT EXISTS attempts_by_state ON attempts(state)",
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
        Statement check(db_, "PRAGMA quick_check(1)");
        std::string verdict;
        if (check.step()) check.column(0, verdict);
        if (verdict != "ok") return damaged(where);
        Statement version(db_, "PRAGMA user_version");
        int64_t have = 0;
        if (version.step()) version.column(0, have);
        if (have > SCHEMA_VERSION)
            return fail("store_version", fmt::format("{}: written by a newer version (schema {})", where, have),
                        "run the version that wrote it, or start with an empty state directory");
        bool ok = exec("BEGIN IMMEDIATE") && exec(create_table_sql<Job>()) && exec(create_table_sql<Block>()) &&
                  exec(create_table_sql<Task>()) && exec(create_table_sql<Attempt>()) &&
                  exec(create_table_sql<Node>()) && exec(create_table_sql<Event>());
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

    std::optional<Job> job(JobId id) override { return one<Job>("WHERE id=?", id); }
    std::optional<Job> job_by_key(const std::string& key) override {
        return one<Job>("WHERE idempotency_key=? LIMIT 1", key);
    }
    std::vector<Job> jobs(int64_t before, size_t limit) override {
        return select<Job>("WHERE id<? ORDER BY id DESC LIMIT ?", before > 0 ? before : INT64_MAX, limit);
    }
    std::vector<Job> unfinished_jobs() override {
        return select<Job>("WHERE state IN ('queued','running') ORDER BY priority DESC, id");
    }

    std::optional<Block> block(BlockId id) override { return one<Block>("WHERE id=?", id); }
    std::vector<Block> blocks_of(JobId id) override { return select<Block>("WHERE job=? ORDER BY ordinal", id); }
    std::vector<Block> blocks_in(BlockState s, size_t limit) override {
        return select<Block>(
            "WHERE state=? ORDER BY (SELECT -priority FROM jobs WHERE jobs.id=blocks.job), job, ordinal LIMIT ?", s,
            limit);
    }
    std::optional<Block> block_by_number(uint64_t n) override {
        return one<Block>("WHERE number=? AND elf='' ORDER BY state='proven' DESC, id DESC LIMIT 1", n);
    }
    std::optional<Block> block_by_hash(const std::string& h) override {
        return one<Block>("WHERE hash=? ORDER BY state='proven' DESC, id DESC LIMIT 1", h);
    }
    std::vector<Block> finished_blocks(size_t limit) override {
        auto rows = select<Block>(
            "WHERE state IN ('proven','failed','cancelled') ORDER BY finished_ms DESC, id DESC LIMIT ?", limit);
        return {rows.rbegin(), rows.rend()};
    }
    std::map<BlockState, uint64_t> block_counts() override {
        std::map<BlockState, uint64_t> out;
        Statement s(db_, "SELECT state, count(*) FROM blocks GROUP BY state");
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
        return select<Task>("WHERE block=? ORDER BY kind DESC, idx", id);
    }
    std::vector<Task> ready_tasks(TaskKind kind, int64_t now_ms, size_t limit) override {
        return select<Task>(
            "WHERE state='ready' AND kind=? AND not_before_ms<=? ORDER BY (SELECT -priority FROM jobs JOIN blocks ON "
            "jobs.id=blocks.job WHERE blocks.id=tasks.block), block, idx LIMIT ?",
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
    void trim_events(int64_t keep) override {
        Statement s(db_, "DELETE FROM events WHERE id <= (SELECT max(id) FROM events) - ?");
        s.bind(1, keep);
        s.step();
        note(s);
    }

  private:
    sqlite3* db_ = nullptr;
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
    void add(T& row) {
        using Row = std::remove_const_t<T>;
        if (!error_.empty()) return;
        std::string names, marks;
        Row::each(row, [&](std::string_view name, auto&) {
            if (name == "id" && HAS_ROWID<Row>) return;
            names += fmt::format("{}{}", names.empty() ? "" : ",", name);
            marks += marks.empty() ? "?" : ",?";
        });
        Statement s(db_, fmt::format("INSERT INTO {} ({}) VALUES ({})", Row::TABLE, names, marks));
        int i = 0;
        Row::each(row, [&](std::string_view name, auto& member) {
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
        T::each(row,
                [&](std::string_view name, auto&) { sets += fmt::format("{}{}=?", sets.empty() ? "" : ",", name); });
        Statement s(db_, fmt::format("UPDATE {} SET {} WHERE id=?", T::TABLE, sets));
        int i = 0;
        T::each(row, [&](std::string_view, auto& member) { s.bind(++i, member); });
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
        T::each(probe,
                [&](std::string_view name, auto&) { names += fmt::format("{}{}", names.empty() ? "" : ",", name); });
        Statement s(db_, fmt::format("SELECT {} FROM {} {}", names, T::TABLE, where));
        int i = 0;
        (s.bind(++i, args), ...);
        while (s.step()) {
            T& row = out.emplace_back();
            int c = 0;
            T::each(row, [&](std::string_view, auto& member) { s.column(c++, member); });
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
