#pragma once

#include <memory>
#include <string>

#include <arrow/type_fwd.h>

#include "base/clock.h"
#include "base/result.h"
#include "base/status.h"
#include "clients/delta/conflict.h"
#include "clients/delta/statistics.h"
#include "clients/parquet/parquet_writer.h"
#include "fs/file_system.h"
#include "sinks/delta/write_plan.h"

namespace millrace::sinks::delta {

/// One data file of a table in the making, with its statistics. Destroying it unclosed leaves
/// nothing behind. One thread at a time.
class DataFile {
 public:
  /// `relative_path`: below the table, not escaped.
  static base::Result<std::unique_ptr<DataFile>> Open(fs::FileSystem* file_system,
                                                      const std::string& table_path,
                                                      std::string relative_path,
                                                      std::shared_ptr<const WritePlan> plan,
                                                      std::int64_t row_group_bytes);

  /// Precondition: the columns are those of the plan's file schema.
  base::Status Write(const arrow::RecordBatch& rows);
  std::int64_t rows() const { return statistics_.rows(); }
  const std::string& relative_path() const { return relative_path_; }

  /// The file is durable under its name on Ok. Its `add` action, without partition values.
  base::Result<clients::delta::NewFile> Close(base::WallTime now);

 private:
  DataFile(std::string relative_path, std::shared_ptr<const WritePlan> plan,
           std::unique_ptr<clients::parquet::ParquetWriter> writer)
      : relative_path_(std::move(relative_path)),
        statistics_(plan->statistics),
        writer_(std::move(writer)) {}

  const std::string relative_path_;
  clients::delta::StatisticsCollector statistics_;
  std::unique_ptr<clients::parquet::ParquetWriter> writer_;
};

}  // namespace millrace::sinks::delta
