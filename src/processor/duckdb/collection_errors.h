#pragma once

#include <cstdint>
#include <string_view>

#include "base/status.h"

namespace millrace::processor::duckdb {

/// Spark's errors for arrays and maps.

/// `a[i]`.
base::Status InvalidArrayIndex(std::int64_t index, std::int64_t size);
/// element_at.
base::Status InvalidElementAt(std::int64_t index, std::int64_t size);
base::Status IndexOfZero();
base::Status NullMapKey();
/// `key` as Spark's error shows it.
base::Status DuplicatedMapKey(std::string_view key);
/// An array that a function cannot make because of its size.
base::Status TooManyElements(std::int64_t count, std::string_view function);
/// The same, where a parameter asks for it.
base::Status TooManyElementsBy(std::int64_t count, std::string_view parameter,
                               std::string_view function);
/// slice's start of 0 and negative length.
base::Status SliceStartOfZero();
base::Status SliceLengthNegative(std::int64_t length);
/// A comparator of array_sort gave null for two values.
base::Status ComparatorReturnsNull(std::string_view first, std::string_view second);

}  // namespace millrace::processor::duckdb
