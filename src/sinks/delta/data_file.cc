#include "sinks/delta/data_file.h"

#include <utility>

#include <arrow/record_batch.h>

#include "clients/delta/errors.h"
#include "clients/delta/file_path.h"

namespace millrace::sinks::delta {

using base::Result;
using base::Status;

Result<std::unique_ptr<DataFile>> DataFile::Open(fs::FileSystem* file_system,
                                                 const std::string& table_path,
                                                 std::string relative_path,
                                                 std::shared_ptr<const WritePlan> plan,
                                                 std::int64_t row_group_bytes) {
  clients::parquet::WriterOptions options;
  options.compression = plan->compression;
  options.row_group_bytes = row_group_bytes;
  options.created_by = clients::delta::EngineInfo();
  MILLRACE_ASSIGN_OR_RETURN(auto output,
                            file_system->OpenOutput(fs::Join(table_path, relative_path)));
  MILLRACE_ASSIGN_OR_RETURN(auto writer, clients::parquet::ParquetWriter::Open(
                                             std::move(output), plan->file_schema, options));
  return std::unique_ptr<DataFile>(
      new DataFile(std::move(relative_path), std::move(plan), std::move(writer)));
}

Status DataFile::Write(const arrow::RecordBatch& rows) {
  MILLRACE_RETURN_IF_ERROR(writer_->Write(rows));
  return statistics_.Update(rows);
}

Result<clients::delta::NewFile> DataFile::Close(base::WallTime now) {
  clients::delta::NewFile file;
  MILLRACE_ASSIGN_OR_RETURN(file.add.size, writer_->Close());
  file.add.path = clients::delta::EncodePath(relative_path_);
  file.add.modification_time = base::ToMillis(now);
  file.add.stats = statistics_.ToJson();
  file.rows = statistics_.rows();
  return file;
}

}  // namespace millrace::sinks::delta
