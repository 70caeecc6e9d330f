#pragma once

#include <unistd.h>

namespace switchhook::script {

// Owns a file descriptor; a negative one is none.
class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }

    int get() const { return fd_; }
    bool open() const { return fd_ >= 0; }

private:
    int fd_;
};

}  // namespace switchhook::script
