#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "connector/options.h"
#include "sources/file/file_options.h"

namespace millrace::sources::file {

enum class CleanSource { kOff, kArchive, kDelete };

/// The options that only a stream of files has (section 2.1 of the contract).
struct StreamOptions {
  std::string path;
  std::optional<std::int64_t> max_files;
  std::optional<std::int64_t> max_bytes;
  bool latest_first = false;
  /// nullopt: files of any age are read.
  std::optional<std::chrono::milliseconds> max_file_age;
  bool file_name_only = false;
  CleanSource clean_source = CleanSource::kOff;
  std::string archive_directory;
  std::int64_t max_cached_files = 10'000;
  double discard_cached_ratio = 0.2;
  ReadOptions read;
};

/// Refuses bad values with Spark's texts, and unknown options by name.
base::Result<StreamOptions> ReadStreamOptions(Format format, const connector::Options& options,
                                              const data::TimeZone& zone);

}  // namespace millrace::sources::file
