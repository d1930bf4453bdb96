#include "sinks/delta/table_files.h"

#include <algorithm>
#include <utility>

#include "clients/delta/table_state.h"

namespace millrace::sinks::delta {

using base::Result;
using base::Status;
using clients::delta::RemoveFile;

Result<std::vector<RemoveFile>> RemovalOfAll(fs::FileSystem* file_system,
                                             const std::string& table_path, std::int64_t version,
                                             std::int64_t now_ms) {
  std::vector<RemoveFile> removes;
  if (version < 0) return removes;
  clients::delta::FileVisitor visitor;
  visitor.add = [&](clients::delta::AddFile&& add) {
    RemoveFile remove;
    remove.path = std::move(add.path);
    remove.deletion_timestamp = now_ms;
    remove.extended_file_metadata = true;
    remove.partition_values = std::move(add.partition_values);
    remove.size = add.size;
    remove.deletion_vector = std::move(add.deletion_vector);
    remove.base_row_id = add.base_row_id;
    remove.default_row_commit_version = add.default_row_commit_version;
    removes.push_back(std::move(remove));
    return Status::Ok();
  };
  visitor.remove = [](RemoveFile&&) { return Status::Ok(); };
  const auto restart = [&] {
    removes.clear();
    return Status::Ok();
  };
  MILLRACE_RETURN_IF_ERROR(clients::delta::ReconcileFiles(
      file_system, fs::Join(table_path, "_delta_log"), version, visitor, restart));
  std::ranges::sort(removes, {}, &RemoveFile::path);
  return removes;
}

}  // namespace millrace::sinks::delta
