#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace switchhook::store {

// What SQLite says went wrong.
class SqliteError : public std::runtime_error {
public:
    SqliteError(int code, const std::string& what) : std::runtime_error(what), code_(code) {}
    int code() const { return code_; }  // an extended result code, https://www.sqlite.org/rescode.html

private:
    int code_;
};

// One connection to a database file. Used by one thread at a time.
class SqliteDatabase {
public:
    // A prepared statement; it keeps its SQL compiled for the next time.
    class Statement {
    public:
        Statement(SqliteDatabase& database, std::string_view sql);

        // Begins anew with these as ?1, ?2, …; then step().
        template <class... Values>
        Statement& with(const Values&... values) {
            begin();
            int index = 0;
            (bind(++index, values), ...);
            return *this;
        }
        // True if there is a row to read, false at the end.
        bool step();
        // For what gives no rows. The number of rows changed.
        int run();

        std::string_view text(int column) const;  // valid until the next step or with
        std::int64_t integer(int column) const;
        bool null(int column) const;
        void reset();

    private:
        void begin();
        void bind(int index, std::string_view text);
        void bind(int index, const std::string& text) { bind(index, std::string_view(text)); }
        void bind(int index, std::int64_t number);
        void bind(int index, std::optional<std::int64_t> number);

        struct Finalize {
            void operator()(sqlite3_stmt* statement) const;
        };
        SqliteDatabase& database_;
        std::unique_ptr<sqlite3_stmt, Finalize> statement_;
    };

    // Opens the file, and creates it if it is not there. Throws SqliteError.
    explicit SqliteDatabase(const std::filesystem::path& file);

    // Statements without parameters or rows; several are separated by ";".
    void run(const std::string& sql);
    // The single number that a query gives.
    std::int64_t number(std::string_view sql);

    // From now on every commit notes in `pages` how many pages the write-ahead log holds, and no commit empties it:
    // checkpoint() does. `pages` outlives the last commit.
    void watch_log(int& pages);
    // Writes what the log holds into the file, but for what a reader still needs as it was. Nobody waits for it. Once
    // all of the log is in the file, it begins anew with the next commit. https://www.sqlite.org/wal.html#ckpt
    void checkpoint();

private:
    [[noreturn]] void fail(int code, std::string_view doing) const;

    struct Close {
        void operator()(sqlite3* database) const;
    };
    std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace switchhook::store
