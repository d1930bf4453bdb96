#pragma once

#include <string>

#include "base/status.h"

namespace millrace::demo {

/// Prints the newest `rows` rows of the Delta table at `path`, then its newest `versions` versions.
base::Status PrintTable(const std::string& path, int rows, int versions);

}  // namespace millrace::demo
