#pragma once

#include "app/kept_store.hpp"
#include "core/log.hpp"
#include "core/secret.hpp"
#include "openai/realtime_provider.hpp"
#include "script/limits.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace switchhook::app {

// Everything that `switchhook serve` can be told, by flag or by environment variable.
struct ServeOptions : StoreOptions {
    std::string listen = "127.0.0.1:8080";
    std::vector<std::string> public_urls;
    std::string stream_url;  // https:// or wss://
    std::filesystem::path flows = "flows";
    std::size_t threads = 0;  // 0: one a core

    core::LogLevel log_level = core::LogLevel::info;
    core::LogFormat log_format = core::LogFormat::text;
    bool show_phone_numbers = false;

    std::vector<core::Secret> twilio_auth_tokens;
    std::string twilio_account_sid;
    std::string twilio_api_url = "https://api.twilio.com";
    openai::Account openai;
    core::Secret key;  // under which secret settings are sealed
    bool allow_unsigned = false;
    bool allow_private_network = false;
    std::vector<std::string> trusted_proxies;

    std::filesystem::path tls_certificate;
    std::filesystem::path tls_key;

    std::size_t max_calls = 10'000;
    std::size_t max_connections = 20'000;
    std::chrono::milliseconds reply_within{12'000};
    std::chrono::seconds drain{30};
    std::chrono::seconds conversation{600};
    std::chrono::seconds call_lifetime{15'000};
    std::chrono::milliseconds promise_time = std::chrono::hours(24);
    std::chrono::hours keep_calls = std::chrono::days(30);
    script::Limits limits;

    std::string host() const;
    std::uint16_t port() const;
    bool on_loopback() const;
    // `stream_url` as an origin: "https://voice-1.example.com", or empty.
    std::string stream_origin() const;

    // A line for the operator if these settings cannot work together; empty if they can.
    std::string problem() const;
};

// Adds the flags. What is not given comes from the environment, and is there once `cli` has been parsed.
void add_serve_options(CLI::App& cli, ServeOptions& options);

// Fills in what comes from the environment only: secrets are never on a command line.
void read_secrets(ServeOptions& options);

}  // namespace switchhook::app
