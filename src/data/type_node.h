#pragma once

#include <vector>

#include "millrace/types.h"

namespace millrace {

/// What a DataType shares. Immutable once it is inside one.
struct DataType::Node {
  Kind kind = Kind::kNull;
  int first = 0;                   ///< Precision, length or first interval field; 0 for the others.
  int second = 0;                  ///< Scale or last interval field; 0 for the others.
  bool contains_null = false;      ///< Elements of an array, values of a map.
  std::vector<DataType> children;  ///< Element; or key and value.
  std::vector<StructField> fields;
};

}  // namespace millrace
