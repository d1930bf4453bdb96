#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "processor/duckdb/csv_options.h"

namespace millrace::processor::duckdb {

/// Writes one CSV record, value by value, as univocity's writer does for Spark.
class CsvWriter {
 public:
  /// `options` must outlive it.
  explicit CsvWriter(const ToCsvOptions& options) : options_(options) {}

  void Append(std::optional<std::string_view> value);
  /// The record; the writer starts anew.
  std::string Finish();

 private:
  void AppendSpecial(std::string_view text);
  bool WantsQuotes(std::string_view text, std::string_view given) const;
  void AppendQuoted(std::string_view text);

  const ToCsvOptions& options_;
  std::string record_;
  bool first_ = true;
};

}  // namespace millrace::processor::duckdb
