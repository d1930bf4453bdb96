#pragma once

#include <string>
#include <string_view>

#include "analysis/functions.h"

namespace millrace::analysis {

/// Spark's checks of arguments that are arrays or maps of any kind.

/// UNEXPECTED_INPUT_TYPE: an ARRAY, a MAP, or `required` is wanted.
base::Status NotAnArray(std::string_view sql, std::size_t index, const BoundExpressionPtr& arg);
base::Status NotAMap(std::string_view sql, std::size_t index, const BoundExpressionPtr& arg);
base::Status NotOfType(std::string_view sql, std::size_t index, const BoundExpressionPtr& arg,
                       std::string_view required);

/// INVALID_ORDERING_TYPE when the type holds a map; `shown` stands in the message for the type.
base::Status CheckOrdering(const DataType& type, std::string_view function, std::string_view sql,
                           const DataType* shown = nullptr);

/// The array with its elements cast.
BoundExpressionPtr CastElements(const BoundExpressionPtr& array, const DataType& element);
/// The map with its keys cast.
BoundExpressionPtr CastKeys(const BoundExpressionPtr& map, const DataType& key);

}  // namespace millrace::analysis
