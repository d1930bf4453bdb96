#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <vector>

#include <duckdb.h>

#include "base/result.h"
#include "processor/batch.h"
#include "processor/duckdb/batch_errors.h"
#include "processor/duckdb/batch_plan.h"

namespace millrace::processor::duckdb {

/// An input as a table function: its partitions are read by DuckDB's threads, each partition by
/// one, and only the columns that the statement wants. Must outlive the statement.
class ScanFunction {
 public:
  /// `scan` and `errors` must outlive it.
  static base::Result<std::unique_ptr<ScanFunction>> Register(duckdb_connection connection,
                                                              const NativeScan& scan,
                                                              std::shared_ptr<InputTable> table,
                                                              int threads, std::stop_token stop,
                                                              BatchErrors* errors);

 private:
  struct Shared;
  struct Local;
  static void Bind(duckdb_bind_info info);
  static void Init(duckdb_init_info info);
  static void InitLocal(duckdb_init_info info);
  static void Read(duckdb_function_info info, duckdb_data_chunk output);
  base::Status Fill(Shared* shared, Local* local, duckdb_data_chunk output);
  base::Status NextBatch(Shared* shared, Local* local);

  const NativeScan* scan_ = nullptr;
  std::shared_ptr<InputTable> table_;
  int threads_ = 1;
  std::stop_token stop_;
  BatchErrors* errors_ = nullptr;
  duckdb_connection connection_ = nullptr;
};

/// A range as a table function.
class RangeFunction {
 public:
  static base::Result<std::unique_ptr<RangeFunction>> Register(duckdb_connection connection,
                                                               const NativeRange& range,
                                                               int threads);

 private:
  struct Shared;
  struct Local;
  static void Bind(duckdb_bind_info info);
  static void Init(duckdb_init_info info);
  static void InitLocal(duckdb_init_info info);
  static void Read(duckdb_function_info info, duckdb_data_chunk output);

  NativeRange range_;
  int threads_ = 1;
};

}  // namespace millrace::processor::duckdb
