#pragma once

#include "platform/environment.h"

#include <napi.h>

#include <mutex>
#include <optional>
#include <string>

// An exclusive lock on a file. The operating system frees it however the process ends; the file stays.
class FileLock : public Closable {
  public:
    // Creates the file with mode 0600. Throws file.failed.
    explicit FileLock(const std::string & path);
    FileLock(const FileLock &)             = delete;
    FileLock & operator=(const FileLock &) = delete;
    ~FileLock() override;

    // False when another process has the lock.
    bool held() const;

    void close() noexcept override;

  private:
#ifdef _WIN32
    using File                       = void *;
    static inline const File no_file = reinterpret_cast<File>(-1);
#else
    using File                    = int;
    static constexpr File no_file = -1;
#endif

    mutable std::mutex mutex_;
    File               file_ = no_file;
};

// addon.lockFile(path) of contract.ts.
Napi::Value lock_file_call(const Napi::CallbackInfo & info);
