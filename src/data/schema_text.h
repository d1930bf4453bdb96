#pragma once

#include <string_view>

#include "base/result.h"
#include "millrace/types.h"

namespace millrace::data {

/// One type in Spark's DDL: `bigint`, `DECIMAL(10,2)`, `struct<a:int,b:array<string>>`, aliases and
/// any case. InvalidArgument with ParseException and Spark's condition (PARSE_SYNTAX_ERROR,
/// UNSUPPORTED_DATATYPE, ...) otherwise.
base::Result<DataType> ParseDataType(std::string_view ddl);

/// A list of columns, `a INT, b STRING NOT NULL COMMENT 'x', `c d`: DATE`. Same errors.
base::Result<StructType> ParseTableSchema(std::string_view ddl);

/// What `from_json(col, text)` and `DataType.fromDDL` accept: a list of columns, or else one type.
base::Result<DataType> ParseSchemaText(std::string_view ddl_or_json);

/// Spark's JSON form of a type. InvalidArgument (INVALID_JSON_DATA_TYPE, ...) otherwise. Accepts
/// what Delta logs hold, unknown metadata included.
base::Result<DataType> ParseJsonType(std::string_view json);
base::Result<StructType> ParseJsonSchema(std::string_view json);

}  // namespace millrace::data
