#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/types.h"
#include "processor/duckdb/column_builder.h"
#include "processor/duckdb/from_json_options.h"

namespace millrace::processor::duckdb {

/// from_json for the documents that nearly all records are: one JSON object, well-formed UTF-8, no
/// key twice. It goes from the record's bytes straight into columns, in one pass, and gives a
/// record up as soon as Spark's answer could depend on anything unusual. One thread.
class FastJsonParser {
 public:
  /// How many readable bytes must follow a record.
  static constexpr std::size_t kPadding = 64;

  /// Whether there is a fast way for this schema at all.
  static bool Handles(const DataType& schema);

  /// Field i of the struct `schema` goes to `columns[i]`; null: the field is not wanted, which only
  /// may be where a bad field has no effect on others (no corrupt-record column, not FAILFAST).
  /// Precondition: Handles(schema). `options` and the columns must outlive it.
  FastJsonParser(const DataType& schema, const FromJsonOptions& options,
                 const std::vector<ColumnBuilder*>& columns);
  ~FastJsonParser();

  /// Appends one value to every column. False: given up; the columns may have got values and must
  /// be truncated. Precondition: `json` is well-formed UTF-8 and kPadding bytes behind it can be
  /// read.
  bool Parse(std::string_view json, std::int64_t now_us);

 private:
  struct Target;
  struct Object;

  static std::unique_ptr<Target> MakeTarget(const DataType& type, ColumnBuilder* column);
  static void MakeFields(const DataType& type, std::string_view unreadable, Object* object);

  bool ParseObject(Object* object, bool tolerant);
  bool ParseValue(Target* target, bool tolerant);
  bool ParseArray(Target* target);
  bool ParseMap(Target* target);
  bool ParseText(Target* target, bool tolerant);
  bool ParseNumber(Target* target, bool tolerant);
  bool AppendString(ColumnBuilder* column);
  bool AppendNumberText(ColumnBuilder* column, const char* start, const char* end);
  bool AppendTime(Target* target, std::string_view text);
  bool Bad(Target* target, bool tolerant);
  bool Key(std::string_view* key);
  bool SkipString();
  bool SkipNumber(bool* integer);
  bool SkipValue(int depth);
  bool Literal(std::string_view word);
  bool SkipToColon();
  void SkipSpace();

  const FromJsonOptions& options_;
  std::unique_ptr<Object> root_;
  /// A field of the wrong kind becomes null; else the record is given up.
  bool tolerant_ = true;
  std::int64_t now_us_ = 0;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
};

}  // namespace millrace::processor::duckdb
