#pragma once

#include <string>

// A library opened by its full path (UTF-8) with dlopen or LoadLibrary. Never closed: its code may run until the
// process ends. Throws library.unusable with the system's reason.
class SharedLibrary {
  public:
    explicit SharedLibrary(const std::string & path);

    // The address of a function, or null.
    void * find(const char * name) const;

  private:
    void * handle_;
};
