#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/dataframe.h"
#include "millrace/streaming.h"
#include "millrace/types.h"

namespace millrace {

/// `spark.read().format("parquet").load(path)`: rows as they are now.
class DataFrameReader {
 public:
  explicit DataFrameReader(std::shared_ptr<session::SessionState> session);
  DataFrameReader& format(std::string_view name);
  DataFrameReader& schema(const StructType& schema);
  /// DDL. Throws ParseException.
  DataFrameReader& schema(std::string_view ddl);
  DataFrameReader& option(std::string_view name, const OptionValue& value);
  DataFrameReader& options(const std::map<std::string, std::string>& options);
  /// Throws AnalysisException: PATH_NOT_FOUND, DATA_SOURCE_NOT_FOUND, ...
  DataFrame load();
  DataFrame load(std::string_view path);
  DataFrame load(const std::vector<std::string>& paths);
  /// A table or view by name.
  DataFrame table(std::string_view name);

 private:
  std::shared_ptr<session::SessionState> session_;
  std::string format_;
  std::optional<StructType> schema_;
  std::map<std::string, std::string> options_;
};

/// `df.write().format("delta").mode("append").save(path)`
class DataFrameWriter {
 public:
  explicit DataFrameWriter(DataFrame df);
  DataFrameWriter& format(std::string_view name);
  /// "append", "overwrite", "ignore", "error", "errorifexists" (the default).
  DataFrameWriter& mode(std::string_view mode);
  DataFrameWriter& partitionBy(const std::vector<std::string>& columns);
  DataFrameWriter& option(std::string_view name, const OptionValue& value);
  void save();
  void save(std::string_view path);
  void saveAsTable(std::string_view name);
  /// By position, into a table that is there.
  void insertInto(std::string_view name);

 private:
  void Run(std::optional<std::string> path, std::optional<std::string> table, bool insert_into);

  DataFrame df_;
  std::string format_;
  std::string mode_ = "errorifexists";
  std::vector<std::string> partition_columns_;
  std::map<std::string, std::string> options_;
};

}  // namespace millrace
