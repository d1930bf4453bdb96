#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/random.h"
#include "base/result.h"
#include "clients/delta/actions.h"
#include "clients/delta/statistics.h"
#include "clients/delta/table_state.h"
#include "clients/parquet/parquet_writer.h"
#include "data/time_zone.h"
#include "millrace/types.h"
#include "sinks/delta/column_cast.h"

namespace millrace::sinks::delta {

/// What a write wants of the table.
struct WriteRequest {
  StructType data_schema;
  std::vector<std::string> partition_columns;  ///< As the user named them; may be empty.
  bool merge_schema = false;
  std::optional<clients::parquet::Compression> compression;
  data::TimeZone zone;
  std::string table_text;  ///< For messages.
  bool replace_schema = false;  ///< Schema and partitioning of the data take the table's place.
  /// The data's types must be the table's, but for narrower whole numbers (a batch write).
  bool same_types = false;
  /// Of a table that the write makes or replaces; those that CheckTableProperties lets through.
  std::map<std::string, std::string> properties;
  std::optional<std::string> description;
};

/// How the columns of a query become files of a table, for one state of protocol and metadata.
/// Constant after it is made; shared by all writers of a batch.
struct WritePlan {
  /// One column of the table, in the table's order.
  struct Column {
    StructField field;                            ///< Logical.
    int source = -1;                              ///< Column of the data; -1: `fill` in every row.
    std::shared_ptr<arrow::Scalar> fill;          ///< Null when the data has the column.
    ColumnCast cast;                              ///< May be empty.
    bool has_not_null = false;                    ///< Itself or a field below it may not be null.
    std::optional<int> length_limit;              ///< In characters.
    std::shared_ptr<arrow::DataType> table_type;  ///< Arrow type by logical names.
    int file_column = -1;  ///< Column of the file; -1: only in the partition values.
  };
  std::vector<Column> columns;
  std::vector<int> partition_columns;  ///< Indexes into `columns`, in the table's order of them.
  std::vector<std::string> partition_keys;  ///< Their physical names.

  std::shared_ptr<arrow::Schema> file_schema;  ///< By physical names, with field ids if mapped.
  std::shared_ptr<const clients::delta::StatisticsPlan> statistics;
  clients::parquet::Compression compression = clients::parquet::Compression::kSnappy;
  int random_prefix_length = 0;  ///< Above 0: files lie below random folders.

  /// What must be committed together with the files.
  std::optional<clients::delta::Protocol> new_protocol;
  std::optional<clients::delta::Metadata> new_metadata;
};

/// Checks the write against the table and makes the plan; for a table that does not exist, with its
/// protocol and metadata. All of Delta's refusals of schema, partitioning and features come here.
base::Result<std::shared_ptr<const WritePlan>> MakeWritePlan(
    const clients::delta::TableState& state, const WriteRequest& request, std::int64_t now_ms,
    base::Random* random);

/// The columns of `rows`, which are those of the data, as columns of the table. DELTA_NOT_NULL_
/// CONSTRAINT_VIOLATED, or an overflow in a cast.
base::Result<std::vector<std::shared_ptr<arrow::Array>>> ToTableColumns(
    const WritePlan& plan, const arrow::RecordBatch& rows);

/// Those of them that stand in the files.
std::shared_ptr<arrow::RecordBatch> ToFileRows(
    const WritePlan& plan, const std::vector<std::shared_ptr<arrow::Array>>& columns,
    std::int64_t rows);

}  // namespace millrace::sinks::delta
