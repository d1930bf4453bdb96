#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "clients/files/file_scan.h"
#include "clients/files/listing.h"

namespace millrace::sources::file {

/// The lines that a schema is inferred from.
struct LineSource {
  const clients::files::ScanPlan* plan = nullptr;
  const std::vector<clients::files::DataFile>* files = nullptr;
  std::string session_time_zone = "UTC";
};

/// Calls `take` for each line that is a row, file after file, until it returns false.
/// FAILED_READ_FILE, Cancelled.
base::Status ForEachLine(const LineSource& lines, bool skip_header, std::stop_token stop,
                         const std::function<bool(std::string_view line)>& take);

}  // namespace millrace::sources::file
