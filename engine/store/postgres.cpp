#include "store/postgres.hpp"

#include <charconv>
#include <cstring>
#include <libpq-fe.h>
#include <poll.h>
#include <utility>

namespace switchhook::store {
namespace {

std::string without_line_end(const char* text) {
    std::string line = text ? text : "";
    while (!line.empty() && line.back() == '\n') line.pop_back();
    return line;
}

std::int64_t number_of(std::string_view text) {
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

// SQLSTATE 57P01 to 57P03: the server shuts down, has crashed, or is just starting.
bool says_that_it_ends(const pg_result* result) {
    const char* state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
    return state && std::strncmp(state, "57P", 3) == 0;
}

}  // namespace

void PostgresRows::Clear::operator()(pg_result* result) const {
    PQclear(result);
}

int PostgresRows::size() const {
    return PQntuples(result_.get());
}

std::string_view PostgresRows::text(int row, int column) const {
    return {PQgetvalue(result_.get(), row, column), static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

std::int64_t PostgresRows::integer(int row, int column) const {
    return number_of(text(row, column));
}

bool PostgresRows::null(int row, int column) const {
    return PQgetisnull(result_.get(), row, column) == 1;
}

int PostgresRows::changed() const {
    return static_cast<int>(number_of(PQcmdTuples(result_.get())));
}

void PostgresConnection::Finish::operator()(pg_conn* connection) const {
    PQfinish(connection);
}

void PostgresConnection::fail(std::string_view doing) {
    auto what = std::string(doing) + ": " + without_line_end(PQerrorMessage(handle_.get()));
    if (PQstatus(handle_.get()) != CONNECTION_OK) lose(what);
    throw PostgresError(what, false);
}

void PostgresConnection::connect() {
    if (handle_) return;
    // A server that does not answer is given up; keepalives notice one that has gone away.
    const char* keys[] = {"dbname", "connect_timeout", "tcp_user_timeout", "application_name", nullptr};
    const char* values[] = {url_.c_str(), "3", "5000", "switchhook", nullptr};
    handle_.reset(PQconnectdbParams(keys, values, 1));
    if (PQstatus(handle_.get()) != CONNECTION_OK) fail("cannot connect");
    PQsetNoticeProcessor(
        handle_.get(), [](void*, const char*) {}, nullptr);
}

PostgresRows PostgresConnection::check(pg_result* result) {
    PostgresRows rows(result);
    auto status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return rows;
    auto what = without_line_end(result ? PQresultErrorMessage(result) : PQerrorMessage(handle_.get()));
    if (PQstatus(handle_.get()) != CONNECTION_OK || says_that_it_ends(result)) lose(what);
    throw PostgresError(what, false);
}

void PostgresConnection::lose(const std::string& what) {
    disconnect();
    throw PostgresError(what, true);
}

void PostgresConnection::send(const PostgresQuery& query) {
    std::vector<const char*> values;
    for (const auto& parameter : query.parameters) values.push_back(parameter ? parameter->c_str() : nullptr);
    if (!PQsendQueryParams(handle_.get(), query.sql, static_cast<int>(values.size()), nullptr, values.data(), nullptr,
                           nullptr, 0))
        fail("cannot send");
}

PostgresRows PostgresConnection::run(const PostgresQuery& query) {
    connect();
    std::vector<const char*> values;
    for (const auto& parameter : query.parameters) values.push_back(parameter ? parameter->c_str() : nullptr);
    return check(PQexecParams(handle_.get(), query.sql, static_cast<int>(values.size()), nullptr, values.data(),
                              nullptr, nullptr, 0));
}

void PostgresConnection::run_script(const std::string& sql) {
    connect();
    check(PQexec(handle_.get(), sql.c_str()));
}

bool PostgresConnection::wait_for_notification(std::chrono::milliseconds longest) {
    if (!handle_) return false;
    pollfd socket{PQsocket(handle_.get()), POLLIN, 0};
    if (poll(&socket, 1, static_cast<int>(longest.count())) > 0 && !PQconsumeInput(handle_.get()))
        fail("cannot listen");
    bool any = false;
    while (auto* notification = PQnotifies(handle_.get())) {
        PQfreemem(notification);
        any = true;
    }
    return any;
}

// libpq itself would wait for ever for a server that is there and does not answer.
void PostgresConnection::wait_for_result() {
    for (;;) {
        const int unsent = PQflush(handle_.get());
        if (unsent < 0) fail("cannot send");
        if (unsent == 0 && !PQisBusy(handle_.get())) return;
        const auto events = static_cast<short>(unsent == 0 ? POLLIN : POLLIN | POLLOUT);
        pollfd socket{PQsocket(handle_.get()), events, 0};
        if (poll(&socket, 1, static_cast<int>(patience.count())) == 0) lose("the server does not answer");
        if (!PQconsumeInput(handle_.get())) fail("cannot read");
    }
}

// Between two synchronisations everything is one implicit transaction, committed at the second.
std::vector<PostgresRows> PostgresConnection::run_together(const std::vector<PostgresQuery>& queries) {
    connect();
    if (PQpipelineStatus(handle_.get()) == PQ_PIPELINE_OFF &&
        (!PQenterPipelineMode(handle_.get()) || PQsetnonblocking(handle_.get(), 1) != 0))
        fail("cannot enter pipeline mode");
    for (const auto& query : queries) send(query);
    if (!PQpipelineSync(handle_.get())) fail("cannot send");

    std::vector<PostgresRows> all;
    std::string refused;
    for (bool ended = false;;) {
        wait_for_result();
        auto* result = PQgetResult(handle_.get());
        if (!result) {
            // Once is the end of one statement's results; twice, that the server is gone.
            if (std::exchange(ended, true)) lose("the server ended the connection");
            continue;
        }
        ended = false;
        all.emplace_back(result);
        auto status = PQresultStatus(result);
        if (status == PGRES_PIPELINE_SYNC) break;
        if (status != PGRES_FATAL_ERROR) continue;
        if (says_that_it_ends(result)) lose(without_line_end(PQresultErrorMessage(result)));
        if (refused.empty()) refused = without_line_end(PQresultErrorMessage(result));
    }
    if (!refused.empty()) throw PostgresError(refused, false);
    all.pop_back();
    return all;
}

}  // namespace switchhook::store
