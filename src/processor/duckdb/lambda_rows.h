#pragma once

#include <cstdint>
#include <vector>

#include <arrow/array.h>

#include "processor/duckdb/evaluator.h"

namespace millrace::processor::duckdb {

// What kernels share that call a lambda for the elements of lists or the entries of maps.

inline bool IsNull(const Operand& operand, std::int64_t row) {
  return operand.array->IsNull(operand.at(row));
}

/// Whether a lambda's answer is true, not null.
inline bool IsTrue(const arrow::Array& answers, std::int64_t i) {
  return !answers.IsNull(i) && static_cast<const arrow::BooleanArray&>(answers).Value(i);
}

/// Appends null for each null of `collections`; for the others `append` appends a row, given the
/// array and the place in it, and says whether that worked.
template <typename Append>
base::Status ForEachCollection(const Operand& collections, std::int64_t rows, ColumnBuilder* out,
                               Append append) {
  for (std::int64_t row = 0; row < rows; ++row) {
    if (IsNull(collections, row)) {
      out->AppendNull();
    } else {
      MILLRACE_RETURN_IF_ERROR(append(*collections.array, collections.at(row)));
    }
  }
  return base::Status::Ok();
}

/// Appends a list or map of each length, null for a negative one; `append` appends the elements,
/// counted over all rows, to the parts of `out`.
template <typename Append>
void AppendCut(const std::vector<std::int64_t>& lengths, ColumnBuilder* out, Append append) {
  std::int64_t next = 0;
  for (const std::int64_t length : lengths) {
    if (length < 0) {
      out->AppendNull();
      continue;
    }
    for (std::int64_t i = 0; i < length; ++i) append(next++);
    out->AppendNested();
  }
}

}  // namespace millrace::processor::duckdb
