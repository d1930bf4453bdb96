#pragma once

#include <cstdint>
#include <functional>

#include <arrow/type_fwd.h>

#include "millrace/types.h"

namespace millrace::processor::duckdb {

/// Less than, equal to or greater than zero for two values that are not null, as Spark orders them:
/// NaN is the greatest, the zeros are equal, texts by their bytes; within arrays and structs null is
/// the least and equals null.
using Order =
    std::function<int(const arrow::Array&, std::int64_t, const arrow::Array&, std::int64_t)>;

/// Null for types without an order (maps among them).
Order OrderOf(const DataType& type);

/// The same for values that may be null: null is the least and equals null.
int CompareNullable(const Order& order, const arrow::Array& a, std::int64_t i,
                    const arrow::Array& b, std::int64_t j);

}  // namespace millrace::processor::duckdb
