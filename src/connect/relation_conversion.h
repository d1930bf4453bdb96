#pragma once

#include <spark/connect/catalog.pb.h>
#include <spark/connect/relations.pb.h>

#include <string>

#include "base/result.h"
#include "plan/relation.h"

namespace millrace::connect {

/// Messages of relations.proto and catalog.proto as the plan's structs, field by field. Errors as
/// in expression_conversion.h. Precondition: not nested deeper than kMaxMessageDepth.

base::Result<plan::RelationPtr> FromProto(const spark::connect::Relation& from);
base::Result<plan::relation::Catalog> FromProto(const spark::connect::Catalog& from);

/// Spark's short name of a storage level: "MEMORY_AND_DISK_DESER", "DISK_ONLY_2"; its parts in
/// words when it has no name.
std::string StorageLevelName(const spark::connect::StorageLevel& level);

}  // namespace millrace::connect
