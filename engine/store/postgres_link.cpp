#include "store/postgres_link.hpp"

#include "core/random_token.hpp"
#include "store/postgres_schema.hpp"

#include <optional>
#include <thread>

namespace switchhook::store {
namespace {

using core::Errc;
using SteadyClock = std::chrono::steady_clock;

}  // namespace

// One thread's connection. Each piece of work is one query: a batch is run twice, first to collect the queries, which
// then go to the server together, and then to read what each has given.
class PostgresLink::Session {
public:
    Session(const Options& options, core::Log& log)
        : connection_(options.url), patience_(options.patience), log_(log) {}

    PostgresConnection& connection() { return connection_; }

    void serve(StoreThread::Batch& batch) {
        try {
            queries_.clear();
            collecting_ = true;
            for (auto& work : batch) work->run();
            rows_ = send();
            collecting_ = false;
            next_ = 0;
            for (auto& work : batch) work->run();
        } catch (const std::exception& error) {
            log_.error("the store does not answer", {{"why", error.what()}});
            for (auto& work : batch) work->fail(Errc::unavailable);
        }
    }

    // What the query gave; null while queries are collected.
    const PostgresRows* rows_of(const PostgresQuery& query) {
        if (!collecting_) return &rows_[next_++];
        queries_.push_back(query);
        return nullptr;
    }

    // The connection broke while this batch was being committed: it may have taken effect before.
    bool repeated() const { return repeated_; }

private:
    std::vector<PostgresRows> send() {
        const auto until = missed_until_.value_or(SteadyClock::now() + patience_);
        for (repeated_ = false;; repeated_ = true) try {
                connection_.connect();
                auto rows = connection_.run_together(queries_);
                missed_until_.reset();
                return rows;
            } catch (const PostgresError& error) {
                if (!error.connection_lost()) throw;
                missed_until_ = until;
                if (SteadyClock::now() >= until) throw;
                log_.warn("the store does not answer: trying again", {{"why", error.what()}});
                connection_.disconnect();
                std::this_thread::sleep_for(std::chrono::milliseconds(200));
            }
    }

    PostgresConnection connection_;
    std::chrono::milliseconds patience_;
    core::Log& log_;
    std::vector<PostgresQuery> queries_;
    std::vector<PostgresRows> rows_;
    std::size_t next_ = 0;
    bool collecting_ = false;
    bool repeated_ = false;
    // The server cannot be reached. What waited for another piece of work to fail does not wait as long once more.
    std::optional<SteadyClock::time_point> missed_until_;
};

PostgresLink::PostgresLink(Options options, core::Log& log)
    : node_(core::random_token(16)),
      writer_(std::make_unique<Session>(options, log)),
      reader_(std::make_unique<Session>(options, log)) {
    try {
        migrate(writer_->connection());
    } catch (const std::runtime_error& error) {
        throw std::runtime_error(std::string("cannot use the PostgreSQL database: ") + error.what());
    }
    reading_ = std::make_unique<StoreThread>([this](StoreThread::Batch& batch) { reader_->serve(batch); });
    writing_ = std::make_unique<StoreThread>([this](StoreThread::Batch& batch) { writer_->serve(batch); });
}

PostgresLink::~PostgresLink() = default;

void PostgresLink::finish() {
    writing_.reset();
    reading_.reset();
}

PostgresLink::Awaitable<void> PostgresLink::write(PostgresQuery query) {
    auto result = [](const PostgresRows&) { return core::Result<void>(); };
    co_return co_await write<void>(std::move(query), result);
}

bool PostgresLink::repeated() const {
    return writer_->repeated();
}

const PostgresRows* PostgresLink::rows_of(Session& session, const PostgresQuery& query) {
    return session.rows_of(query);
}

}  // namespace switchhook::store
