#include "platform/crash-note.h"

#include "platform/native-error.h"

#ifndef _WIN32

#    include <fcntl.h>
#    include <signal.h>
#    include <unistd.h>

#    include <array>
#    include <cerrno>
#    include <cstring>
#    include <string>

namespace {

struct FatalSignal {
    int              number;
    const char *     name;
    std::string      sentence;
    struct sigaction before;
};

// Filled before the handlers are set. A handler only reads it, and calls only async-signal-safe functions.
std::array<FatalSignal, 5> fatal_signals{
    {
     { SIGSEGV, "SIGSEGV", {}, {} },
     { SIGBUS, "SIGBUS", {}, {} },
     { SIGILL, "SIGILL", {}, {} },
     { SIGFPE, "SIGFPE", {}, {} },
     { SIGABRT, "SIGABRT", {}, {} },
     }
};
int note_file = -1;

void write_all(int file, const std::string & text) {
    const ssize_t written = write(file, text.data(), text.size());
    (void) written;  // nothing can be done about a failure here
}

void note(int number) {
    for (const FatalSignal & fatal : fatal_signals) {
        if (fatal.number != number) {
            continue;
        }
        write_all(STDERR_FILENO, fatal.sentence);
        if (note_file >= 0) {
            write_all(note_file, fatal.sentence);
        }
        // The handler that was set before runs when this one returns. By default it ends the process.
        sigaction(number, &fatal.before, nullptr);
        raise(number);
    }
}

}  // namespace

Napi::Value on_crash_call(const Napi::CallbackInfo & info) {
    const std::string path = info[0].As<Napi::String>();
    if (note_file >= 0) {
        return info.Env().Undefined();
    }
    note_file = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (note_file < 0) {
        throw NativeError("file.failed", "Cannot open " + path + ": " + std::strerror(errno) + ".");
    }
    for (FatalSignal & fatal : fatal_signals) {
        fatal.sentence = std::string("moonwright-daemon: native code crashed with ") + fatal.name +
                         "; what was logged last is in " + path + "\n";
        struct sigaction action{};
        action.sa_handler = note;
        action.sa_flags   = SA_ONSTACK;
        sigaction(fatal.number, &action, &fatal.before);
    }
    return info.Env().Undefined();
}

#else

Napi::Value on_crash_call(const Napi::CallbackInfo & info) {
    return info.Env().Undefined();
}

#endif
