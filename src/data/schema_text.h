#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"
#include "millrace/types.h"

namespace millrace::data {

/// One type in Spark's DDL: `bigint`, `DECIMAL(10,2)`, `struct<a:int,b:array<string>>`, aliases and
/// any case. InvalidArgument with ParseException, Spark's condition (PARSE_SYNTAX_ERROR,
/// UNSUPPORTED_DATATYPE, ...) and Spark's whole message otherwise.
base::Result<DataType> ParseDataType(std::string_view ddl);

/// The type in the bytes [start, end) of a longer text, as in `CAST(a AS BIGINT)`. Errors show the
/// whole text.
base::Result<DataType> ParseDataTypeInside(std::string_view sql, std::size_t start,
                                           std::size_t end);

/// A list of columns, `a INT, b STRING NOT NULL COMMENT 'x', `c d` DATE`. Same errors. As in Spark
/// a colon behind a name is for struct fields only.
base::Result<StructType> ParseTableSchema(std::string_view ddl);

/// What `from_json(col, text)` and `DataType.fromDDL` accept: JSON, one type, or else a list of
/// columns. The error is the one of the reading as one type, as in Spark.
base::Result<DataType> ParseSchemaText(std::string_view ddl_or_json);

/// Spark's JSON form of a type. InvalidArgument (INVALID_JSON_DATA_TYPE, ...) otherwise. Accepts
/// what Delta logs hold, unknown metadata included.
base::Result<DataType> ParseJsonType(std::string_view json);
base::Result<StructType> ParseJsonSchema(std::string_view json);

}  // namespace millrace::data
