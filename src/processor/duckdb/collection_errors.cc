#include "processor/duckdb/collection_errors.h"

#include <string>

#include <fmt/format.h>

#include "processor/duckdb/list_values.h"
#include "processor/duckdb/spark_error.h"

namespace millrace::processor::duckdb {
namespace {

std::string Name(std::string_view function) { return fmt::format("`{}`", function); }

std::map<std::string, std::string> SizeParameters(std::int64_t count, std::string_view function) {
  return {{"numberOfElements", std::to_string(count)},
          {"functionName", Name(function)},
          {"maxRoundedArrayLength", std::to_string(kMostElements)}};
}

std::string SizeText(std::int64_t count) {
  return fmt::format(
      "Can't create array with {} elements which exceeding the array size limit {},", count,
      kMostElements);
}

}  // namespace

base::Status InvalidArrayIndex(std::int64_t index, std::int64_t size) {
  return SparkFailure("SparkArrayIndexOutOfBoundsException", "INVALID_ARRAY_INDEX", "22003",
                      {{"indexValue", std::to_string(index)}, {"arraySize", std::to_string(size)}},
                      fmt::format("The index {} is out of bounds. The array has {} elements. Use "
                                  "the SQL function `get()` to tolerate accessing element at "
                                  "invalid index and return NULL instead.",
                                  index, size));
}

base::Status InvalidElementAt(std::int64_t index, std::int64_t size) {
  return SparkFailure("SparkArrayIndexOutOfBoundsException", "INVALID_ARRAY_INDEX_IN_ELEMENT_AT",
                      "22003",
                      {{"indexValue", std::to_string(index)}, {"arraySize", std::to_string(size)}},
                      fmt::format("The index {} is out of bounds. The array has {} elements. Use "
                                  "`try_element_at` to tolerate accessing element at invalid index "
                                  "and return NULL instead.",
                                  index, size));
}

base::Status IndexOfZero() {
  return SparkFailure("SparkRuntimeException", "INVALID_INDEX_OF_ZERO", "22003", {},
                      "The index 0 is invalid. An index shall be either < 0 or > 0 (the first "
                      "element has index 1).");
}

base::Status NullMapKey() {
  return SparkFailure("SparkRuntimeException", "NULL_MAP_KEY", "2200E", {},
                      "Cannot use null as map key.");
}

base::Status DuplicatedMapKey(std::string_view key) {
  return SparkFailure(
      "SparkRuntimeException", "DUPLICATED_MAP_KEY", "23505",
      {{"key", std::string(key)}, {"mapKeyDedupPolicy", "\"spark.sql.mapKeyDedupPolicy\""}},
      fmt::format("Duplicate map key {} was found, please check the input data. If you want to "
                  "remove the duplicated keys, you can set \"spark.sql.mapKeyDedupPolicy\" to "
                  "\"LAST_WIN\" so that the key inserted at last takes precedence.",
                  key));
}

base::Status TooManyElements(std::int64_t count, std::string_view function) {
  return SparkFailure("SparkRuntimeException", "COLLECTION_SIZE_LIMIT_EXCEEDED.FUNCTION", "54000",
                      SizeParameters(count, function),
                      fmt::format("{} unsuccessful try to create arrays in the function {}.",
                                  SizeText(count), Name(function)));
}

base::Status TooManyElementsBy(std::int64_t count, std::string_view parameter,
                               std::string_view function) {
  auto parameters = SizeParameters(count, function);
  parameters.emplace("parameter", Name(parameter));
  return SparkFailure(
      "SparkRuntimeException", "COLLECTION_SIZE_LIMIT_EXCEEDED.PARAMETER", "54000",
      std::move(parameters),
      fmt::format("{} the value of parameter(s) {} in the function {} is invalid.", SizeText(count),
                  Name(parameter), Name(function)));
}

base::Status SliceStartOfZero() {
  return SparkFailure("SparkRuntimeException", "INVALID_PARAMETER_VALUE.START", "22023",
                      {{"parameter", "`start`"}, {"functionName", "`slice`"}},
                      "The value of parameter(s) `start` in `slice` is invalid: Expects a positive "
                      "or a negative value for `start`, but got 0.");
}

base::Status SliceLengthNegative(std::int64_t length) {
  return SparkFailure(
      "SparkRuntimeException", "INVALID_PARAMETER_VALUE.LENGTH", "22023",
      {{"parameter", "`length`"}, {"length", std::to_string(length)}, {"functionName", "`slice`"}},
      fmt::format("The value of parameter(s) `length` in `slice` is invalid: Expects `length` "
                  "greater than or equal to 0, but got {}.",
                  length));
}

base::Status ComparatorReturnsNull(std::string_view first, std::string_view second) {
  return SparkFailure(
      "SparkRuntimeException", "COMPARATOR_RETURNS_NULL", "22004",
      {{"firstValue", std::string(first)}, {"secondValue", std::string(second)}},
      fmt::format("The comparator has returned a NULL for a comparison between {} and {}. It "
                  "should return a positive integer for \"greater than\", 0 for \"equal\" and a "
                  "negative integer for \"less than\". To revert to deprecated behavior where NULL "
                  "is treated as 0 (equal), you must set "
                  "\"spark.sql.legacy.allowNullComparisonResultInArraySort\" to \"true\".",
                  first, second));
}

}  // namespace millrace::processor::duckdb
