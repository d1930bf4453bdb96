#pragma once

#include <functional>
#include <string>

#include "plan/resolved.h"

namespace millrace::plan {

/// The line of a Scan in TreeText, with the columns that it gives.
using ScanLine = std::function<std::string(const Scan&, const StructType&)>;

/// TreeText with lines of the caller's for the sources.
std::string TreeText(const ResolvedRelation& relation, const ScanLine& scan_line);

}  // namespace millrace::plan
