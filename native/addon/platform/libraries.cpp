#include "platform/libraries.h"

#include "platform/log-hub.h"
#include "platform/native-error.h"
#include "platform/shared-library.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <mutex>

namespace fs = std::filesystem;

namespace {

// One per process. Never destroyed: threads of the libraries may outlive static destructors.
struct ProcessLibraries {
    std::mutex                        mutex;
    std::string                       directory;  // set when opening begins: a half-opened set cannot be replaced
    LibraryTable                      table;
    std::atomic<const LibraryTable *> opened{ nullptr };
};

ProcessLibraries & process_libraries() {
    static ProcessLibraries * libraries = new ProcessLibraries;
    return *libraries;
}

bool is_library(const std::string & name) {
    const std::string extension = fs::u8path(name).extension().u8string();
    return extension == ".so" || extension == ".dylib" || extension == ".dll";
}

// Finds "libllama.vulkan.v0.4.0.so" for the stem "llama": the name up to the first dot, with or without "lib".
std::string find_library(const fs::path & directory, const std::string & stem) {
    std::vector<std::string> found;
    std::error_code          error;
    for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
        const std::string name = at->path().filename().u8string();
        const std::string head = name.substr(0, name.find('.'));
        if (is_library(name) && (head == stem || head == "lib" + stem)) {
            found.push_back(at->path().u8string());
        }
    }
    if (found.empty()) {
        throw NativeError("library.missing", "There is no " + stem + " library in " + directory.u8string() +
                                                 "; reinstall the package for this platform (npm install).");
    }
    return *std::min_element(found.begin(), found.end());
}

// Looks for a function in every opened library. Adds its name to `missing` when none has it.
template <class Function>
void fill(Function & slot, const char * name, const std::vector<SharedLibrary> & libraries, std::string & missing) {
    for (const SharedLibrary & library : libraries) {
        if (void * address = library.find(name)) {
            slot = reinterpret_cast<Function>(address);
            return;
        }
    }
    missing += missing.empty() ? name : std::string(", ") + name;
}

LibraryTable fill_table(const std::vector<SharedLibrary> & libraries) {
    LibraryTable table;
    std::string  missing;
#define X(name) fill(table.name, #name, libraries, missing);
    MOONWRIGHT_LIBRARY_FUNCTIONS(X)
#undef X
    if (table.llama_version != nullptr && release_part(table.llama_version()) != MOONWRIGHT_LLAMA_RELEASE) {
        throw NativeError("library.release",
                          std::string("The llama.cpp libraries are of release ") + table.llama_version() +
                              ", this build needs " MOONWRIGHT_LLAMA_RELEASE "; reinstall (npm install).");
    }
    if (!missing.empty()) {
        throw NativeError("library.release", "The llama.cpp libraries are not of release " MOONWRIGHT_LLAMA_RELEASE
                                             ": they lack " +
                                                 missing + ".");
    }
    return table;
}

void fill_cpu_functions(LibraryTable & table) {
    ggml_backend_reg_t cpu = table.ggml_backend_reg_by_name("CPU");
    if (cpu == nullptr) {
        throw NativeError("library.unusable", "None of the CPU libraries fits this processor.");
    }
#define X(name)                                                                                               \
    table.name = reinterpret_cast<decltype(table.name)>(table.ggml_backend_reg_get_proc_address(cpu, #name)); \
    if (table.name == nullptr) {                                                                              \
        throw NativeError("library.release", "The CPU library lacks " #name ".");                             \
    }
    MOONWRIGHT_CPU_FUNCTIONS(X)
#undef X
}

// Without this ggml starts a debugger to print a backtrace, which takes seconds and may hang.
void forbid_backtrace() {
#ifdef _WIN32
    _putenv_s("GGML_NO_BACKTRACE", "1");
#else
    setenv("GGML_NO_BACKTRACE", "1", 0);
#endif
}

}  // namespace

std::string release_part(const std::string & version) {
    return version.substr(0, version.find('-'));
}

const LibraryTable & api() {
    const LibraryTable * table = process_libraries().opened.load(std::memory_order_acquire);
    if (table == nullptr) {
        throw NativeError("library.missing", "The llama.cpp libraries are not open yet.");
    }
    return *table;
}

void open_libraries(const std::string & directory) {
    ProcessLibraries &                process = process_libraries();
    const std::lock_guard<std::mutex> lock(process.mutex);
    std::error_code                   error;
    const fs::path                    path = fs::canonical(fs::u8path(directory), error);
    if (error) {
        throw NativeError("library.missing", "There are no llama.cpp libraries in " + directory + ".");
    }
    if (!process.directory.empty()) {
        if (process.directory == path.u8string() && process.opened.load() != nullptr) {
            return;
        }
        throw NativeError("library.unusable", "This process already opened, or tried to open, the libraries in " +
                                                  process.directory + "; a process can open one set only.");
    }
    const std::vector<std::string> files = { find_library(path, "ggml-base"), find_library(path, "ggml"),
                                             find_library(path, "llama") };
    forbid_backtrace();
    process.directory = path.u8string();
    const std::vector<SharedLibrary> libraries(files.begin(), files.end());
    process.table = fill_table(libraries);
    connect_log(process.table);
    process.table.ggml_backend_load_all_from_path(process.directory.c_str());
    fill_cpu_functions(process.table);
    process.table.llama_backend_init();
    process.opened.store(&process.table, std::memory_order_release);
}
