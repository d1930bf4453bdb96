#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "millrace/types.h"
#include "processor/duckdb/from_json_options.h"

namespace millrace::processor::duckdb {

/// A from_json call made ready: what it reads and what of it is wanted. Immutable.
class FromJson {
 public:
  /// `schema` is a struct, array or map. With `fields`, only these fields of the struct are made.
  /// Errors as FromJsonOptions::Parse; Unsupported for another root.
  static base::Result<std::shared_ptr<const FromJson>> Make(
      const DataType& schema, const std::map<std::string, std::string>& options,
      const TimeZone& session_zone, std::optional<std::vector<int>> fields = std::nullopt);

  const DataType& schema() const { return schema_; }
  const FromJsonOptions& options() const { return options_; }
  const std::optional<std::vector<int>>& fields() const { return fields_; }

 private:
  friend class FromJsonRunner;
  FromJson() = default;

  DataType schema_;
  FromJsonOptions options_;
  std::optional<std::vector<int>> fields_;
};

/// Runs a FromJson over columns of texts. One thread.
class FromJsonRunner {
 public:
  enum class Path {
    kBoth,   ///< The fast parser where it can, else the exact one.
    kExact,  ///< The exact one for every record: the reference in tests.
  };
  static base::Result<std::unique_ptr<FromJsonRunner>> New(std::shared_ptr<const FromJson> call,
                                                           Path path = Path::kBoth);
  ~FromJsonRunner();

  /// `texts` is utf8 or binary; its bytes need not be UTF-8. One array with the values, or one for
  /// each wanted field, where fields of a null record are null. `now_us` is the batch's time.
  /// Errors of FAILFAST.
  base::Result<std::vector<std::shared_ptr<arrow::Array>>> Run(const arrow::Array& texts,
                                                               std::int64_t now_us);

  /// How many records the fast path has answered, and how many there were.
  std::int64_t fast_records() const;
  std::int64_t records() const;

 private:
  struct State;
  explicit FromJsonRunner(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace millrace::processor::duckdb
