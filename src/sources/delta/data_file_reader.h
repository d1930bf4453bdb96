#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "clients/delta/actions.h"
#include "clients/delta/deletion_vector.h"
#include "clients/delta/table_features.h"
#include "clients/parquet/column_conversion.h"
#include "clients/parquet/parquet_reader.h"
#include "connector/file_metadata.h"
#include "data/time_zone.h"
#include "fs/file_system.h"
#include "millrace/types.h"

namespace millrace::sources::delta {

/// What all readers of one snapshot share.
struct ReadPlan {
  fs::FileSystem* file_system = nullptr;
  std::string table_path;
  StructType schema;  ///< By logical names, with the metadata of the log.
  /// `_metadata`; readers give it for the index schema.size().
  StructField metadata_column;
  bool numbers_rows = false;  ///< The metadata has `row_index`.
  std::vector<std::string> partition_columns;
  clients::delta::ColumnMapping mapping = clients::delta::ColumnMapping::kNone;
  data::TimeZone zone;  ///< Of timestamps in partition values that name none.
};

/// The file of an action, which may lie elsewhere.
std::string PathOf(const ReadPlan& plan, const clients::delta::AddFile& file);

/// The rows of one data file that are not deleted, with its partition values.
class DataFileReader {
 public:
  /// Row groups whose middle lies in [begin, end) of the file. `columns`: indexes into the schema, the
  /// last one perhaps that of the metadata.
  /// FAILED_READ_FILE names the file.
  static base::Result<std::unique_ptr<DataFileReader>> Open(const ReadPlan& plan,
                                                            const clients::delta::AddFile& file,
                                                            std::int64_t begin, std::int64_t end,
                                                            const std::vector<int>& columns);
  /// Null at the end, never empty.
  base::Result<std::shared_ptr<arrow::RecordBatch>> Next();

 private:
  struct Column {
    int source = -1;  ///< Of what is read from the file; -1: `constant`, or the metadata.
    clients::parquet::ColumnConversion conversion;
    std::shared_ptr<arrow::Scalar> constant;
  };

  base::Status AddColumn(const ReadPlan& plan, const clients::delta::AddFile& file,
                         const StructField& field, std::vector<int>* wanted);
  base::Result<std::shared_ptr<arrow::RecordBatch>> NextKept();
  base::Result<std::shared_ptr<arrow::RecordBatch>> WithoutDeleted(
      const std::shared_ptr<arrow::RecordBatch>& rows, const std::vector<bool>& gone);
  base::Result<std::shared_ptr<arrow::RecordBatch>> Convert(const arrow::RecordBatch& rows) const;

  std::string path_;
  std::unique_ptr<clients::parquet::ParquetReader> reader_;
  std::vector<clients::parquet::ParquetField> fields_;  ///< With the names that the plan looks for.
  std::shared_ptr<arrow::Schema> schema_;
  std::vector<Column> columns_;
  clients::delta::DeletedRows deleted_;
  std::uint64_t position_ = 0;  ///< In the file, of the next row.
  connector::FileBlock block_;
  bool numbers_rows_ = false;
  connector::RowNumbers numbers_;  ///< Of the rows that are still to come.
  std::shared_ptr<arrow::Array> row_index_;  ///< Of the rows that came last.
};

}  // namespace millrace::sources::delta
