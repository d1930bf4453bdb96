#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "clients/files/partitions.h"
#include "fs/file_system.h"
#include "millrace/types.h"

namespace millrace::clients::files {

/// One data file, and the values of its partition columns as text.
struct DataFile {
  std::string path;
  std::int64_t size_bytes = 0;
  base::WallTime modified;
  std::vector<std::optional<std::string>> partition;
};

struct ListingOptions {
  bool recursive = false;  ///< recursiveFileLookup: all files below, no partition columns.
  std::optional<std::string> glob_filter;  ///< pathGlobFilter, on the file's name.
  std::optional<base::WallTime> modified_before;
  std::optional<base::WallTime> modified_after;
  std::optional<std::string> base_path;
  bool infer_partition_types = true;
  std::optional<StructType> user_schema;  ///< Types of partition columns.
  base::Clock* clock = base::Clock::System();
};

struct FileListing {
  std::vector<DataFile> files;  ///< In the order of their paths.
  StructType partition_columns;
};

/// The paths that the user's ones stand for, absolute. PATH_NOT_FOUND when `must_exist` and a path
/// does not, or a pattern matches nothing.
struct ResolvedPaths {
  fs::FileSystem* file_system = nullptr;
  std::vector<std::string> paths;
};
base::Result<ResolvedPaths> ResolvePaths(const std::vector<std::string>& paths, bool must_exist);
/// The same for paths that are absolute already.
base::Result<std::vector<std::string>> ExpandPaths(fs::FileSystem* file_system,
                                                   const std::vector<std::string>& paths,
                                                   bool must_exist);

/// Is it a file or folder that readers pass over: `_x`, `.x`, `x._COPYING_`? Partition folders
/// (`_k=v`) are not.
bool IsHidden(std::string_view name);

/// The data files under `roots`, as Spark's InMemoryFileIndex sees them: all leaf files when their
/// folders are partitions, else those that stand in a root itself. A root with a `_spark_metadata`
/// folder is read through that log. Files and folders that go away while they are listed are
/// passed over.
base::Result<FileListing> ListFiles(fs::FileSystem* file_system,
                                    const std::vector<std::string>& roots,
                                    const ListingOptions& options);

}  // namespace millrace::clients::files
