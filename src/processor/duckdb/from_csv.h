#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "millrace/types.h"
#include "processor/duckdb/column_builder.h"
#include "processor/duckdb/csv_options.h"
#include "processor/duckdb/csv_tokenizer.h"

namespace millrace::processor::duckdb {

/// from_csv of one record at a time (UnivocityParser, FailureSafeParser). One thread.
class CsvRecordParser {
 public:
  /// Precondition: `schema` is a struct that FromCsvOptions::Parse has accepted.
  CsvRecordParser(const DataType& schema, FromCsvOptions options);

  /// Appends the row of one record. `now_us` gives the date of times without one. InvalidArgument
  /// with MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION under FAILFAST, and with
  /// MALFORMED_CSV_RECORD for what exceeds the limits.
  base::Status Append(std::string_view record, std::int64_t now_us, ColumnBuilder* out);

 private:
  bool AppendValue(const DataType& type, std::string_view text, std::int64_t now_us,
                   ColumnBuilder* out);
  bool AppendTime(const DataType& type, std::string_view text, std::int64_t now_us,
                  ColumnBuilder* out);
  template <typename Float>
  bool AppendFloating(std::string_view text, ColumnBuilder* out);
  base::Status FailFast(const std::vector<std::string_view>& values) const;

  DataType schema_;
  FromCsvOptions options_;
  CsvTokenizer tokenizer_;
  int corrupt_index_ = -1;
};

}  // namespace millrace::processor::duckdb
