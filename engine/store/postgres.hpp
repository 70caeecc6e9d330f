#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

struct pg_conn;
struct pg_result;

namespace switchhook::store {

// What PostgreSQL says went wrong, or why it cannot be reached. What it says of the connection holds no password.
class PostgresError : public std::runtime_error {
public:
    PostgresError(const std::string& what, bool connection_lost)
        : std::runtime_error(what), connection_lost_(connection_lost) {}
    bool connection_lost() const { return connection_lost_; }

private:
    bool connection_lost_;
};

// A statement with its parameters, as text; none is NULL.
struct PostgresQuery {
    const char* sql;
    std::vector<std::optional<std::string>> parameters = {};
};

// What a statement gave.
class PostgresRows {
public:
    explicit PostgresRows(pg_result* result) : result_(result) {}

    int size() const;
    std::string_view text(int row, int column) const;
    std::int64_t integer(int row, int column) const;
    bool null(int row, int column) const;
    int changed() const;  // rows, by INSERT, UPDATE or DELETE

private:
    friend class PostgresConnection;
    struct Clear {
        void operator()(pg_result* result) const;
    };
    std::unique_ptr<pg_result, Clear> result_;
};

// One connection, used by one thread at a time; its calls block.
class PostgresConnection {
public:
    // `url`: postgres://…, or libpq's keywords. Connects when it is first needed.
    explicit PostgresConnection(std::string url) : url_(std::move(url)) {}

    // Connects unless it is connected. Throws PostgresError.
    void connect();
    void disconnect() { handle_.reset(); }

    static constexpr std::chrono::milliseconds patience{5'000};

    PostgresRows run(const PostgresQuery& query);
    // Statements without parameters; several are separated by ";".
    void run_script(const std::string& sql);
    // After a LISTEN: waits until a NOTIFY comes, for `longest`. True if one did. Connects not.
    bool wait_for_notification(std::chrono::milliseconds longest);
    // Sends them all before it waits for the first result (pipeline mode). All of them take effect, or none does: then
    // it throws. A server that says nothing for `patience` counts as lost.
    std::vector<PostgresRows> run_together(const std::vector<PostgresQuery>& queries);

private:
    [[noreturn]] void fail(std::string_view doing);
    [[noreturn]] void lose(const std::string& what);
    void send(const PostgresQuery& query);
    // Until a result can be had at once.
    void wait_for_result();
    PostgresRows check(pg_result* result);

    struct Finish {
        void operator()(pg_conn* connection) const;
    };
    std::string url_;
    std::unique_ptr<pg_conn, Finish> handle_;
};

}  // namespace switchhook::store
