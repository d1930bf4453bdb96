#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "base/status.h"
#include "clients/delta/actions.h"
#include "millrace/types.h"

namespace millrace::clients::delta {

class LeafStatistics;

/// Which columns of a table's data files get statistics: the first `delta.
/// dataSkippingNumIndexedCols` (32) leaf columns, or those of `delta.dataSkippingStatsColumns`, and
/// the clustering columns in any case. Made once for a table, shared by the files of all threads.
class StatisticsPlan {
 public:
  /// `file_schema`: the columns as they stand in the data files, so without partition columns.
  /// `clustering`: paths of physical names. InvalidArgument for a property that cannot be read.
  static base::Result<std::shared_ptr<const StatisticsPlan>> Make(
      const StructType& file_schema, const Metadata& metadata,
      const std::vector<std::vector<std::string>>& clustering);

  struct Node {
    std::string physical_name;
    DataType type;
    bool selected = false;  ///< Itself, or something below it.
    std::vector<Node> children;
  };
  const std::vector<Node>& columns() const { return columns_; }
  int string_prefix_units() const { return string_prefix_units_; }
  /// Tables with deletion vectors say of each file whether its bounds are those of the rows left.
  bool says_tight_bounds() const { return says_tight_bounds_; }

 private:
  std::vector<Node> columns_;
  int string_prefix_units_ = 32;
  bool says_tight_bounds_ = false;
};

/// Gathers the statistics of one data file from its record batches (PROTOCOL.md, "Per-file
/// Statistics"): the bounds hold for every value. NaN and infinity make no bounds, because JSON has
/// no number for them and readers disagree about the rest. One thread at a time.
class StatisticsCollector {
 public:
  explicit StatisticsCollector(std::shared_ptr<const StatisticsPlan> plan);
  ~StatisticsCollector();
  StatisticsCollector(StatisticsCollector&&) noexcept;

  /// Precondition: the columns are those of the plan's file schema.
  base::Status Update(const arrow::RecordBatch& rows);
  std::int64_t rows() const { return rows_; }
  /// The text of `add.stats`.
  std::string ToJson() const;

 private:
  struct Column;

  std::shared_ptr<const StatisticsPlan> plan_;
  std::vector<Column> columns_;
  std::int64_t rows_ = 0;
};

/// Bounds of strings as delta-spark cuts them, counted in UTF-16 units.
/// The longest well-formed prefix of at most `units`, one more when it would split a pair.
std::string TruncateMinimum(std::string_view value, int units);
/// A string that is not below any string that starts like `value`; nullopt when there is none.
std::optional<std::string> TruncateMaximum(std::string_view value, int units);

/// "a.b", "`x.y`.z": the paths of a comma list, with back-quotes as in SQL.
base::Result<std::vector<std::vector<std::string>>> ParseColumnList(std::string_view text);

}  // namespace millrace::clients::delta
