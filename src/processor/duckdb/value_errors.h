#pragma once

#include <string>
#include <string_view>

#include <arrow/type_fwd.h>

#include "base/status.h"
#include "data/value.h"
#include "millrace/types.h"
#include "processor/duckdb/time_zone.h"

namespace millrace::processor::duckdb {

/// Spark's errors for values under ANSI: InvalidArgument with condition, SQLSTATE and parameters.

base::Status DivideByZero();
base::Status RemainderByZero();
/// For int and bigint; `alternative` is "try_add", or empty for negation.
base::Status ArithmeticOverflow(std::string_view alternative);
/// Another text than "overflow".
base::Status ArithmeticOverflow(std::string_view message, std::string_view alternative);
base::Status IntegralDivideOverflow();
/// `alternative` is "try_sum" or "try_avg".
base::Status DecimalSumOverflow(std::string_view alternative);
/// For tinyint and smallint.
base::Status BinaryOverflow(std::string_view left, std::string_view symbol, std::string_view right,
                            std::string_view alternative);
/// `value` without exponent.
base::Status DecimalOutOfRange(std::string_view value, const DataType& type);
base::Status NegatedDecimalOutOfRange(std::string_view rounded, std::string_view original,
                                      const DataType& type);
base::Status MoreThan38Digits(std::string_view value);
/// `value` as SQL shows it.
base::Status CastOverflow(std::string_view value, const DataType& from, const DataType& to);
base::Status CastInvalidInput(std::string_view value, const DataType& from, const DataType& to);
/// `function` is what tolerates the text.
base::Status CannotParseTimestamp(std::string_view message,
                                  std::string_view function = "try_to_timestamp");

/// Row `row` of an array of a flat type.
data::Value ValueAt(const arrow::Array& array, std::int64_t row);
/// How errors show a value.
std::string ErrorText(const arrow::Array& array, std::int64_t row, const DataType& type,
                      const TimeZone& zone);

}  // namespace millrace::processor::duckdb
