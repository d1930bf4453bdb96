#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "data/value.h"
#include "millrace/types.h"
#include "processor/duckdb/from_json_options.h"
#include "processor/duckdb/json_tokenizer.h"

namespace millrace::processor::duckdb {

/// from_json of one record at a time exactly as Spark answers it, for every input: the reference
/// that the fast path is tested against (JacksonParser, FailureSafeParser). One thread.
class ExactJsonParser {
 public:
  /// `options` must outlive it.
  ExactJsonParser(const DataType& schema, const FromJsonOptions& options);
  ~ExactJsonParser();

  struct Record {
    /// A value of the schema, or null. The corrupt-record column is filled.
    data::Value value;
    bool malformed = false;
  };
  /// `now_us` gives the date of times without one. InvalidArgument with
  /// MALFORMED_RECORD_IN_PARSING.* under FAILFAST.
  base::Status Parse(std::string_view json, std::int64_t now_us, Record* record);

 private:
  struct Converter;
  enum class Outcome { kValue, kPartial, kError };
  /// Why the first bad field was bad, as far as errors tell it.
  struct Failure {
    enum class Kind { kOther, kArrayAsStruct, kStringAsNumber } kind = Kind::kOther;
    std::string field;
    std::string text;
    std::string type;
  };

  static std::unique_ptr<Converter> MakeConverter(const DataType& type, std::string_view skip);
  Outcome ConvertRoot(data::Value* value);
  Outcome Convert(const Converter& converter, data::Value* value);
  Outcome ConvertToken(const Converter& converter, data::Value* value);
  Outcome ConvertObject(const Converter& converter, bool root, data::Value* value);
  Outcome ConvertMap(const Converter& converter, data::Value* value);
  Outcome ConvertArray(const Converter& converter, data::Value* value);
  bool ConvertInteger(const Converter& converter, data::Value* value);
  bool ConvertFloating(const Converter& converter, data::Value* value);
  bool ConvertDecimal(const Converter& converter, data::Value* value);
  bool ConvertTime(const Converter& converter, data::Value* value);
  bool ConvertDate(data::Value* value);
  bool ConvertString(data::Value* value);
  bool NextToken(bool* ended, JsonToken end);
  bool Text(std::string* text);
  void Note(const Failure& failure);
  base::Status FailFast(std::string_view json, const data::Value& row) const;

  DataType schema_;
  const FromJsonOptions& options_;
  JsonTokenizer tokenizer_;
  std::unique_ptr<Converter> root_;
  int corrupt_index_ = -1;
  std::int64_t now_us_ = 0;
  std::u16string text_;
  Failure failure_;
};

}  // namespace millrace::processor::duckdb
