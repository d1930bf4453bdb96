#pragma once

#include "millrace/types.h"

namespace millrace::sources::file {

/// The narrowest type that holds values of both, as Spark's inference of json and csv schemas finds
/// it: void gives way to everything, numbers widen, structs have the fields of both in name order;
/// what does not go together is STRING.
DataType CompatibleType(const DataType& a, const DataType& b);

}  // namespace millrace::sources::file
