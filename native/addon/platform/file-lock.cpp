#include "platform/file-lock.h"

#include "platform/native-error.h"

#include <filesystem>

#ifdef _WIN32
#    include <windows.h>
#else
#    include <fcntl.h>
#    include <sys/file.h>
#    include <sys/stat.h>
#    include <unistd.h>

#    include <cerrno>
#    include <cstring>
#endif

#ifdef _WIN32

FileLock::FileLock(const std::string & path) {
    const std::wstring wide = std::filesystem::u8path(path).wstring();
    // Shared, so that another process can open the file and try the lock; not inherited by child processes.
    HANDLE file = CreateFileW(wide.c_str(), GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr,
                              OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr);
    if (file == INVALID_HANDLE_VALUE) {
        throw NativeError("file.failed",
                          "Cannot open the lock file " + path + " (error " + std::to_string(GetLastError()) + ").");
    }
    OVERLAPPED at{};
    at.OffsetHigh = 0x40000000;  // far behind the content, so that others can read it
    if (LockFileEx(file, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &at)) {
        file_ = file;
        return;
    }
    const DWORD error = GetLastError();
    CloseHandle(file);
    if (error != ERROR_LOCK_VIOLATION && error != ERROR_IO_PENDING) {
        throw NativeError("file.failed", "Cannot lock " + path + " (error " + std::to_string(error) + ").");
    }
}

void FileLock::close() noexcept {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (file_ != no_file) {
        CloseHandle(file_);
        file_ = no_file;
    }
}

#else

namespace {

// False when the file was removed or replaced between open() and flock(): such a lock would protect nothing.
bool is_still_there(int file, const std::string & path) {
    struct stat opened{};
    struct stat named{};
    return fstat(file, &opened) == 0 && stat(path.c_str(), &named) == 0 && opened.st_dev == named.st_dev &&
           opened.st_ino == named.st_ino;
}

}  // namespace

FileLock::FileLock(const std::string & path) {
    for (;;) {
        const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (file < 0) {
            throw NativeError("file.failed", "Cannot open the lock file " + path + ": " + std::strerror(errno) + ".");
        }
        int result;
        do {
            result = flock(file, LOCK_EX | LOCK_NB);
        } while (result != 0 && errno == EINTR);
        if (result == 0 && is_still_there(file, path)) {
            file_ = file;
            return;
        }
        const int error = errno;
        ::close(file);
        if (result == 0) {
            continue;
        }
        if (error == EWOULDBLOCK) {
            return;
        }
        throw NativeError("file.failed", "Cannot lock " + path + ": " + std::strerror(error) + ".");
    }
}

void FileLock::close() noexcept {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (file_ != no_file) {
        ::close(file_);
        file_ = no_file;
    }
}

#endif

FileLock::~FileLock() {
    close();
}

bool FileLock::held() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return file_ != no_file;
}

Napi::Value lock_file_call(const Napi::CallbackInfo & info) {
    const Napi::Env env  = info.Env();
    const auto      lock = std::make_shared<FileLock>(info[0].As<Napi::String>());
    if (!lock->held()) {
        return env.Undefined();
    }
    // The environment keeps the lock: it must not be freed when JavaScript collects the object.
    Environment::of(env).keep(lock);
    Napi::Object object = Napi::Object::New(env);
    object.Set("release", Napi::Function::New(env, [lock](const Napi::CallbackInfo &) { lock->close(); }));
    return object;
}
