#pragma once

#include <spark/connect/types.pb.h>

#include "base/result.h"
#include "base/status.h"
#include "millrace/types.h"

namespace millrace::connect {

/// A type as the client sends it. Unsupported, by name, for those that the engine does not have
/// (geometry, geography, user-defined types, collations); InvalidArgument for a message without a
/// type. DDL and JSON texts (`unparsed`) are parsed.
base::Result<DataType> FromProto(const spark::connect::DataType& type);
/// The same, which must be a struct.
base::Result<StructType> StructFromProto(const spark::connect::DataType& type);

/// A type as Spark's server sends it.
void ToProto(const DataType& type, spark::connect::DataType* out);

}  // namespace millrace::connect
