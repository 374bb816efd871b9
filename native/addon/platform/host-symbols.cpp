// On Windows the addon asks the program that loads it for Node's functions, whatever that program's file is called
// (node.exe, an editor's). Elsewhere the dynamic linker does so by itself.
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
