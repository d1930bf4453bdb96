#include "sinks/delta/partition_checks.h"

#include <fmt/format.h>

#include "clients/delta/errors.h"
#include "clients/delta/json_text.h"

namespace millrace::sinks::delta {

using base::Status;
using Kind = DataType::Kind;

Status CheckPartitionType(const StructField& field) {
  switch (field.dataType.kind()) {
    case Kind::kArray:
    case Kind::kMap:
    case Kind::kStruct:
    case Kind::kVariant:
    case Kind::kNull:
      return clients::delta::DeltaError(
          base::StatusCode::kInvalidArgument, "DeltaAnalysisException",
          "DELTA_INVALID_PARTITION_COLUMN_TYPE", "42996",
          fmt::format("Using column {} of type {} as a partition column is not supported.",
                      field.name, field.dataType.sql()),
          {{"name", field.name}, {"dataType", field.dataType.sql()}});
    case Kind::kBinary:
      return Status::Unsupported(fmt::format(
          "delta sink: partitioning by the binary column `{}` would lose values that are "
          "not UTF-8; cast it to string or use hex()",
          field.name));
    default:
      return Status::Ok();
  }
}

Status CheckPartitionTexts(const clients::parquet::PartitionKey& key,
                           const std::vector<std::string>& names) {
  for (std::size_t i = 0; i < key.size(); ++i) {
    if (!key[i] || clients::delta::IsUtf8(*key[i])) continue;
    return Status::InvalidArgument(
        fmt::format("delta sink: partition column `{}` holds bytes that are not UTF-8, which the "
                    "log cannot hold; partition by another column, or filter these rows",
                    names[i]));
  }
  return Status::Ok();
}

}  // namespace millrace::sinks::delta
