#include "store/sqlite_file.hpp"

#include "store/sqlite_schema.hpp"

namespace switchhook::store {
namespace {

using core::Errc;

std::filesystem::path file_in(const std::filesystem::path& directory) {
    std::error_code failed;
    std::filesystem::create_directories(directory, failed);
    if (failed)
        throw std::runtime_error("cannot create " + directory.string() + ": " + failed.message() +
                                 ": name a folder that can be written with --data");
    return directory / "switchhook.db";
}

[[noreturn]] void refuse(const std::filesystem::path& file, const std::runtime_error& why) {
    throw std::runtime_error("cannot use " + file.string() + ": " + why.what() +
                             ": name a folder that can be written with --data");
}

SqliteDatabase open_for_writing(const std::filesystem::path& file) {
    try {
        SqliteDatabase database(file);
        database.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16384;");  // KiB
        migrate(database);
        return database;
    } catch (const std::runtime_error& error) {
        refuse(file, error);
    }
}

SqliteDatabase open_for_reading(const std::filesystem::path& file) {
    try {
        return SqliteDatabase(file);
    } catch (const std::runtime_error& error) {
        refuse(file, error);
    }
}

}  // namespace

SqliteFile::SqliteFile(const std::filesystem::path& directory, core::Log& log)
    : log_(log),
      path_(file_in(directory)),
      writing_(open_for_writing(path_)),
      reading_(open_for_reading(path_)),
      begin_(writing_, "BEGIN IMMEDIATE"),
      commit_(writing_, "COMMIT"),
      checkpoint_(writing_, path_, log),
      reader_(std::make_unique<StoreThread>([this](StoreThread::Batch& batch) { look_up(batch); })),
      writer_(std::make_unique<StoreThread>([this](StoreThread::Batch& batch) { commit(batch); })) {}

SqliteFile::~SqliteFile() = default;

void SqliteFile::finish() {
    writer_.reset();
    reader_.reset();
}

// All of a batch is kept, or nothing of it.
void SqliteFile::commit(StoreThread::Batch& batch) {
    checkpoint_.tend();
    try {
        begin_.with().run();
        for (auto& work : batch) work->run();
        commit_.with().run();
    } catch (const std::exception& error) {
        log_.error("the store cannot write", {{"why", error.what()}});
        roll_back();
        for (auto& work : batch) work->fail(Errc::unavailable);
    }
}

void SqliteFile::look_up(StoreThread::Batch& batch) {
    for (auto& work : batch) try {
            work->run();
        } catch (const std::exception& error) {
            log_.error("the store cannot read", {{"why", error.what()}});
            work->fail(Errc::unavailable);
        }
}

void SqliteFile::roll_back() {
    try {
        writing_.run("ROLLBACK");
    } catch (const SqliteError&) {  // SQLite has rolled back by itself
    }
}

}  // namespace switchhook::store
