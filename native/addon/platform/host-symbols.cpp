// On Windows the addon takes Node's functions from the program that loads it, whatever its file is called: node.exe, or
// the executable of an editor. On other systems the dynamic linker does this by itself.
#ifdef _WIN32

// clang-format off: delayimp.h needs windows.h before it
#    include <windows.h>
#    include <delayimp.h>
// clang-format on
#    include <cstring>

static FARPROC WINAPI find_host(unsigned event, PDelayLoadInfo info) {
    if (event != dliNotePreLoadLibrary || _stricmp(info->szDll, "node.exe") != 0) {
        return nullptr;
    }
    HMODULE library = GetModuleHandleW(L"libnode.dll");
    return reinterpret_cast<FARPROC>(library == nullptr ? GetModuleHandleW(nullptr) : library);
}

extern "C" {
#    ifdef _MSC_VER
const
#    endif
    PfnDliHook __pfnDliNotifyHook2 = find_host;
}

#endif
