#pragma once

#include <memory>
#include <string>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "data/value.h"
#include "millrace/types.h"
#include "processor/duckdb/duckdb_arrow.h"

namespace millrace::processor::duckdb {

/// How whole queries carry Spark's values through DuckDB: as types of DuckDB that hold every value
/// of Spark's, compare in Spark's order, and know no names. Strings are BLOBs (any bytes), dates
/// and year-month intervals INTEGERs, timestamps and day-time intervals BIGINTs, void is BOOLEAN,
/// a struct's fields are s0, s1, ... (one BOOLEAN when it has none), a map is a list of structs of
/// key and value. The rest are themselves.

/// Unsupported for types that data::ToArrowType refuses.
base::Result<std::shared_ptr<arrow::DataType>> CarrierArrowType(const DataType& type);
base::Result<std::shared_ptr<arrow::Schema>> CarrierSchema(const std::vector<DataType>& types);
/// Precondition for these: CarrierArrowType knows the type.
LogicalType CarrierLogicalType(const DataType& type);
std::string CarrierSql(const DataType& type);
/// The constant as SQL text of the type CarrierSql(type).
std::string CarrierLiteral(const data::Value& value, const DataType& type);

/// The same values under another Arrow type of the same shape: to a carrier's type, or back.
/// Copies no values.
std::shared_ptr<arrow::Array> Retype(const std::shared_ptr<arrow::Array>& array,
                                     const std::shared_ptr<arrow::DataType>& type);

/// Where values of this type have another order than their carriers: what is nested.
bool IsNested(const DataType& type);

}  // namespace millrace::processor::duckdb
