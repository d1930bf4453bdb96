#include "clients/files/listing.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "clients/files/errors.h"
#include "clients/files/glob.h"
#include "clients/files/sink_log.h"
#include "fs/escapes.h"

namespace millrace::clients::files {

namespace {

using base::Result;
using base::Status;
using base::StatusCode;

Status AddLeafFiles(fs::FileSystem* file_system, const std::string& folder,
                    std::vector<DataFile>* files) {
  Result<std::vector<fs::FileInfo>> entries = file_system->List(folder);
  if (!entries.ok()) {
    return entries.status().code() == StatusCode::kNotFound ? Status::Ok() : entries.status();
  }
  for (const fs::FileInfo& entry : *entries) {
    if (IsHidden(entry.name)) continue;
    const std::string path = fs::Join(folder, entry.name);
    if (entry.is_directory) {
      MILLRACE_RETURN_IF_ERROR(AddLeafFiles(file_system, path, files));
    } else {
      files->push_back({path, entry.size_bytes, entry.modified, {}});
    }
  }
  return Status::Ok();
}

Result<std::vector<DataFile>> LeafFiles(fs::FileSystem* file_system,
                                        const std::vector<std::string>& roots) {
  std::vector<DataFile> files;
  for (const std::string& root : roots) {
    MILLRACE_ASSIGN_OR_RETURN(const auto info, file_system->Stat(root));
    if (!info) continue;
    if (info->is_directory) {
      MILLRACE_RETURN_IF_ERROR(AddLeafFiles(file_system, root, &files));
    } else if (!IsHidden(fs::BaseName(root))) {
      files.push_back({root, info->size_bytes, info->modified, {}});
    }
  }
  return files;
}

Result<std::vector<DataFile>> LoggedFiles(fs::FileSystem* file_system, const std::string& root,
                                          base::Clock* clock) {
  MILLRACE_ASSIGN_OR_RETURN(const auto logged, ReadSinkLog(file_system, root, clock));
  std::vector<DataFile> files;
  for (const SinkFile& file : logged) {
    MILLRACE_ASSIGN_OR_RETURN(const fs::Location location,
                              fs::Resolve(fs::DecodePath(file.path)));
    files.push_back({location.path, file.size,
                     base::WallTime(std::chrono::milliseconds(file.modification_ms)),
                     {}});
  }
  return files;
}

Status KeepWanted(const ListingOptions& options, std::vector<DataFile>* files) {
  std::vector<std::string> patterns;
  if (options.glob_filter) {
    MILLRACE_ASSIGN_OR_RETURN(patterns, ExpandBraces(*options.glob_filter));
  }
  std::erase_if(*files, [&](const DataFile& file) {
    const bool named = !options.glob_filter ||
                       std::ranges::any_of(patterns, [&](const std::string& pattern) {
                         return MatchesWildcards(pattern, fs::BaseName(file.path));
                       });
    return !named || (options.modified_before && file.modified >= *options.modified_before) ||
           (options.modified_after && file.modified <= *options.modified_after);
  });
  return Status::Ok();
}

// Where the partition columns begin.
Result<std::set<std::string>> BasePaths(fs::FileSystem* file_system,
                                        const std::vector<std::string>& roots,
                                        const ListingOptions& options) {
  std::set<std::string> bases;
  if (options.base_path) {
    MILLRACE_ASSIGN_OR_RETURN(const fs::Location base, fs::Resolve(*options.base_path));
    MILLRACE_ASSIGN_OR_RETURN(const auto info, base.file_system->Stat(base.path));
    if (!info || !info->is_directory) {
      return Status::InvalidArgument("Option 'basePath' must be a directory")
          .WithSparkError({"IllegalArgumentException", "", "", {}});
    }
    for (const std::string& root : roots) {
      const bool below = root == base.path || root.starts_with(fs::Join(base.path, ""));
      if (below) continue;
      return Status::InvalidArgument(fmt::format("Wrong basePath {} for the root path: {}",
                                                 *options.base_path, fs::ToHadoopUri(root)))
          .WithSparkError({"IllegalArgumentException", "", "", {}});
    }
    bases.insert(base.path);
    return bases;
  }
  for (const std::string& root : roots) {
    MILLRACE_ASSIGN_OR_RETURN(const auto info, file_system->Stat(root));
    const bool is_file = info && !info->is_directory;
    bases.insert(is_file ? std::string(fs::DirName(root)) : root);
  }
  return bases;
}

}  // namespace

bool IsHidden(std::string_view name) {
  // A leading "_" is hidden unless it is a partition column's.
  const bool underscore = name.starts_with('_') && name.find('=') == name.npos;
  return underscore || name.starts_with('.') || name.ends_with("._COPYING_");
}

Result<std::vector<std::string>> ExpandPaths(fs::FileSystem* file_system,
                                             const std::vector<std::string>& paths,
                                             bool must_exist) {
  std::vector<std::string> expanded;
  for (const std::string& path : paths) {
    if (IsGlob(path)) {
      MILLRACE_ASSIGN_OR_RETURN(auto found, ExpandGlob(file_system, path));
      if (found.empty() && must_exist) return PathNotFound(path);
      expanded.insert(expanded.end(), found.begin(), found.end());
      continue;
    }
    if (must_exist) {
      MILLRACE_ASSIGN_OR_RETURN(const auto info, file_system->Stat(path));
      if (!info) return PathNotFound(path);
    }
    expanded.push_back(path);
  }
  return expanded;
}

Result<ResolvedPaths> ResolvePaths(const std::vector<std::string>& paths, bool must_exist) {
  ResolvedPaths resolved;
  resolved.file_system = fs::LocalFileSystem();
  std::vector<std::string> absolute;
  for (const std::string& path : paths) {
    MILLRACE_ASSIGN_OR_RETURN(fs::Location location, fs::Resolve(path));
    resolved.file_system = location.file_system;
    absolute.push_back(std::move(location.path));
  }
  MILLRACE_ASSIGN_OR_RETURN(resolved.paths,
                            ExpandPaths(resolved.file_system, absolute, must_exist));
  return resolved;
}

Result<FileListing> ListFiles(fs::FileSystem* file_system, const std::vector<std::string>& roots,
                              const ListingOptions& options) {
  std::vector<DataFile> files;
  bool logged = false;
  if (roots.size() == 1) {
    MILLRACE_ASSIGN_OR_RETURN(logged, HasSinkLog(file_system, roots[0]));
  }
  if (logged) {
    MILLRACE_ASSIGN_OR_RETURN(files, LoggedFiles(file_system, roots[0], options.clock));
  } else {
    MILLRACE_ASSIGN_OR_RETURN(files, LeafFiles(file_system, roots));
  }
  // Folders whose files are filtered out still say what the partition columns are.
  std::map<std::string, std::size_t> number_of;
  std::vector<std::string> folders;
  for (const DataFile& file : files) {
    const std::string folder(fs::DirName(file.path));
    if (number_of.try_emplace(folder, folders.size()).second) folders.push_back(folder);
  }
  MILLRACE_RETURN_IF_ERROR(KeepWanted(options, &files));
  std::ranges::sort(files, {}, &DataFile::path);
  files.erase(std::ranges::unique(files, {}, &DataFile::path).begin(), files.end());
  FileListing listing;
  if (options.recursive) {
    listing.files = std::move(files);
    return listing;
  }
  MILLRACE_ASSIGN_OR_RETURN(const auto bases, BasePaths(file_system, roots, options));
  MILLRACE_ASSIGN_OR_RETURN(
      PartitionSpec spec,
      ParsePartitions(folders, bases, options.infer_partition_types, options.user_schema));
  const std::set<std::string> in_roots(roots.begin(), roots.end());
  for (DataFile& file : files) {
    const std::string folder(fs::DirName(file.path));
    if (spec.columns.size() > 0) {
      const auto& values = spec.values[number_of[folder]];
      if (!values) continue;
      file.partition = *values;
    } else if (!logged && !in_roots.contains(folder) && !in_roots.contains(file.path)) {
      continue;
    }
    listing.files.push_back(std::move(file));
  }
  listing.partition_columns = std::move(spec.columns);
  return listing;
}

}  // namespace millrace::clients::files
