#pragma once

#include <string>

// One library opened by its full path (UTF-8); dlopen or LoadLibrary behind it. Never closed: code of it may run until
// the process ends. Throws library.unusable with the system's reason.
class SharedLibrary {
  public:
    explicit SharedLibrary(const std::string & path);

    // The function's address, or null.
    void * find(const char * name) const;

  private:
    void * handle_;
};
