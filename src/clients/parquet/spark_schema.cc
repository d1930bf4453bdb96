#include <arrow/type.h>
#include <fmt/format.h>

#include "clients/parquet/column_conversion.h"
#include "data/arrow_schema.h"
#include "data/schema_text.h"

namespace millrace::clients::parquet {

namespace {

using base::Result;
using base::Status;

constexpr std::string_view kRowMetadataKey = "org.apache.spark.sql.parquet.row.metadata";

Result<DataType> TypeOf(const ParquetField& field);

Result<StructType> StructOf(const std::vector<ParquetField>& fields) {
  StructType schema;
  for (const ParquetField& field : fields) {
    MILLRACE_ASSIGN_OR_RETURN(const DataType type, TypeOf(field));
    schema = schema.add(StructField{field.name, type, field.nullable, "{}"});
  }
  return schema;
}

Result<DataType> TypeOf(const ParquetField& field) {
  switch (field.type->id()) {
    case arrow::Type::STRUCT: {
      MILLRACE_ASSIGN_OR_RETURN(const StructType type, StructOf(field.children));
      return DataType(type);
    }
    case arrow::Type::LIST:
    case arrow::Type::LARGE_LIST:
    case arrow::Type::FIXED_SIZE_LIST: {
      MILLRACE_ASSIGN_OR_RETURN(const DataType element, TypeOf(field.children[0]));
      return DataType(ArrayType(element, field.children[0].nullable));
    }
    case arrow::Type::MAP: {
      MILLRACE_ASSIGN_OR_RETURN(const DataType key, TypeOf(field.children[0]));
      MILLRACE_ASSIGN_OR_RETURN(const DataType value, TypeOf(field.children[1]));
      return DataType(MapType(key, value, field.children[1].nullable));
    }
    case arrow::Type::TIMESTAMP: {
      if (field.is_int96) return DataType(TimestampType());
      const auto& type = static_cast<const arrow::TimestampType&>(*field.type);
      if (type.unit() == arrow::TimeUnit::NANO) {
        return Status::InvalidArgument(fmt::format("Illegal Parquet type: {}.", field.type_text))
            .WithSparkError({"AnalysisException",
                             "PARQUET_TYPE_ILLEGAL",
                             "42846",
                             {{"parquetType", field.type_text}}});
      }
      return data::FromArrowType(type);
    }
    default:
      return data::FromArrowType(*field.type);
  }
}

}  // namespace

Result<StructType> SparkSchemaOf(const ParquetReader& reader) {
  if (const auto text = reader.Metadata(kRowMetadataKey)) {
    const Result<StructType> schema = data::ParseJsonSchema(*text);
    if (schema.ok()) return schema;
  }
  return StructOf(reader.fields());
}

}  // namespace millrace::clients::parquet
