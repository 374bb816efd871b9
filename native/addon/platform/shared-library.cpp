#include "platform/shared-library.h"

#include "platform/native-error.h"

#include <filesystem>

#ifdef _WIN32
#    include <windows.h>
#else
#    include <dlfcn.h>
#endif

#ifdef _WIN32

SharedLibrary::SharedLibrary(const std::string & path) {
    const DWORD        flags = LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_DEFAULT_DIRS;
    const std::wstring wide  = std::filesystem::u8path(path).make_preferred().wstring();
    handle_                  = reinterpret_cast<void *>(LoadLibraryExW(wide.c_str(), nullptr, flags));
    if (handle_ == nullptr) {
        throw NativeError("library.unusable",
                          "Windows cannot load " + path + " (error " + std::to_string(GetLastError()) + ").");
    }
}

void * SharedLibrary::find(const char * name) const {
    return reinterpret_cast<void *>(GetProcAddress(reinterpret_cast<HMODULE>(handle_), name));
}

#else

SharedLibrary::SharedLibrary(const std::string & path) : handle_(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) {
        const char * reason = dlerror();
        throw NativeError("library.unusable",
                          std::string("The system cannot load ") + (reason == nullptr ? path.c_str() : reason) + ".");
    }
}

void * SharedLibrary::find(const char * name) const {
    return dlsym(handle_, name);
}

#endif
