#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "clients/delta/actions.h"
#include "fs/file_system.h"

namespace millrace::sinks::delta {

/// What removes all files that a version of the table has, in the order of their paths; nothing for
/// version -1.
base::Result<std::vector<clients::delta::RemoveFile>> RemovalOfAll(fs::FileSystem* file_system,
                                                                   const std::string& table_path,
                                                                   std::int64_t version,
                                                                   std::int64_t now_ms);

}  // namespace millrace::sinks::delta
