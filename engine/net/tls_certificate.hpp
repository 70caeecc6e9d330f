#pragma once

#include "core/errc.hpp"

#include <boost/asio/ssl/context.hpp>

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

namespace switchhook::net {

// The certificate that a server shows, read from PEM files. Thread-safe.
class TlsCertificate {
public:
    struct Files {
        std::string chain;  // the server's certificate first, then the intermediates
        std::string key;
    };

    // Throws boost::system::system_error where the files cannot be read or do not belong together.
    explicit TlsCertificate(Files files);

    // What new connections use. Connections hold on to the one they began with.
    std::shared_ptr<boost::asio::ssl::context> context() const;

    // Reads the files again. On an error the former certificate stays in use.
    core::Result<void> reload();
    // The same if a file has changed since it was last read. True if it did.
    core::Result<bool> reload_if_changed();

private:
    using Times = std::pair<std::filesystem::file_time_type, std::filesystem::file_time_type>;
    Times times() const;

    const Files files_;
    mutable std::mutex mutex_;
    Times read_;
    std::shared_ptr<boost::asio::ssl::context> context_;
};

}  // namespace switchhook::net
