#pragma once

#include <cstdint>
#include <string>
#include <vector>

// Writes a file that only its owner may read. It is renamed to `path` (UTF-8) when it is complete, so a file of that
// name is always whole. Throws file.failed.
void write_snapshot_file(const std::string & path, const std::vector<uint8_t> & snapshot);

// Reads the whole file. Throws file.failed.
std::vector<uint8_t> read_snapshot_file(const std::string & path);
