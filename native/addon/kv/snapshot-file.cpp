#include "kv/snapshot-file.h"

#include "platform/native-error.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

#ifdef _WIN32
#    include <fcntl.h>
#    include <io.h>
#    include <sys/stat.h>
#else
#    include <fcntl.h>
#    include <unistd.h>
#endif

namespace fs = std::filesystem;

namespace {

NativeError file_error(const char * what, const std::string & path, int code) {
    return { "file.failed", std::string(what) + " " + path + ": " + std::generic_category().message(code) + "." };
}

// A new or emptied file that only its owner may read. Every member throws file.failed.
class NewFile {
  public:
    explicit NewFile(std::string path) : path_(std::move(path)) {
#ifdef _WIN32
        descriptor_ = _wopen(fs::u8path(path_).c_str(), _O_CREAT | _O_TRUNC | _O_WRONLY | _O_BINARY | _O_NOINHERIT,
                             _S_IREAD | _S_IWRITE);
#else
        descriptor_ = open(path_.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
#endif
        check(descriptor_ >= 0, "Cannot create");
    }

    NewFile(const NewFile &)             = delete;
    NewFile & operator=(const NewFile &) = delete;

    ~NewFile() { close_now(); }

    void write_all(const uint8_t * data, size_t size) {
        constexpr size_t part_max = size_t(1) << 30;
        while (size > 0) {
#ifdef _WIN32
            const auto written = _write(descriptor_, data, static_cast<unsigned>(std::min(size, part_max)));
#else
            const auto written = write(descriptor_, data, std::min(size, part_max));
#endif
            check(written > 0, "Cannot write");
            data += written;
            size -= static_cast<size_t>(written);
        }
    }

    void finish() {
#ifdef _WIN32
        check(_commit(descriptor_) == 0, "Cannot write");
#else
        check(fsync(descriptor_) == 0, "Cannot write");
#endif
        check(close_now() == 0, "Cannot write");
    }

  private:
    int close_now() {
        const int descriptor = descriptor_;
        descriptor_          = -1;
#ifdef _WIN32
        return descriptor < 0 ? 0 : _close(descriptor);
#else
        return descriptor < 0 ? 0 : close(descriptor);
#endif
    }

    void check(bool succeeded, const char * what) const {
        if (!succeeded) {
            throw file_error(what, path_, errno);
        }
    }

    std::string path_;
    int         descriptor_ = -1;
};

}  // namespace

void write_snapshot_file(const std::string & path, const std::vector<uint8_t> & snapshot) {
    const std::string temporary = path + ".part";
    try {
        NewFile file(temporary);
        file.write_all(snapshot.data(), snapshot.size());
        file.finish();
        std::error_code error;
        fs::rename(fs::u8path(temporary), fs::u8path(path), error);
        if (error) {
            throw file_error("Cannot rename to", path, error.value());
        }
    } catch (const NativeError &) {
        std::error_code ignored;
        fs::remove(fs::u8path(temporary), ignored);
        throw;
    }
}

std::vector<uint8_t> read_snapshot_file(const std::string & path) {
    std::error_code error;
    const auto      size = fs::file_size(fs::u8path(path), error);
    if (error) {
        throw file_error("Cannot read", path, error.value());
    }
    std::vector<uint8_t> snapshot(size);
    std::ifstream        file(fs::u8path(path), std::ios::binary);
    if (!file.read(reinterpret_cast<char *>(snapshot.data()), static_cast<std::streamsize>(size))) {
        throw file_error("Cannot read", path, EIO);
    }
    return snapshot;
}
