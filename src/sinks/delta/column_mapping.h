#pragma once

#include <memory>

#include <arrow/type_fwd.h>

#include "base/random.h"
#include "base/result.h"
#include "clients/delta/actions.h"
#include "millrace/types.h"

namespace millrace::sinks::delta {

/// A table's schema as its files have it: physical names, everything nullable, and under column
/// mapping the ids as `PARQUET:field_id`.
base::Result<std::shared_ptr<arrow::Field>> ToFileField(const StructField& field,
                                                        bool with_field_ids);

/// Gives the fields that have none yet an id and a physical name ("col-<uuid>"), and raises
/// `delta.columnMapping.maxColumnId` of `metadata` accordingly.
StructType AssignColumnIds(const StructType& schema, clients::delta::Metadata* metadata,
                           base::Random* random);

}  // namespace millrace::sinks::delta
