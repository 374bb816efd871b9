#pragma once

#include <cstdint>
#include <string>
#include <vector>

// Writes next to `path` (UTF-8) first and renames, so that a file by that name is always whole; only its owner may read
// it. Throws file.failed.
void write_snapshot_file(const std::string & path, const std::vector<uint8_t> & snapshot);

// Throws file.failed.
std::vector<uint8_t> read_snapshot_file(const std::string & path);
