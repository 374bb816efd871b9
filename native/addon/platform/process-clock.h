#pragma once

#include <cstdint>

// CPU time that all threads of this process have used, nanoseconds; 0 where the system does not say.
uint64_t process_cpu_ns();
