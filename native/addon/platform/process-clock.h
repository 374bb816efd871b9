#pragma once

#include <cstdint>

// CPU time of all threads of this process, in nanoseconds; 0 where the system does not say.
uint64_t process_cpu_ns();
