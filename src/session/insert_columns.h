#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "millrace/types.h"
#include "plan/plan.h"

namespace millrace::session {

/// The table that rows are inserted into.
struct InsertTarget {
  std::string name;  ///< Quoted, with its catalog.
  StructType schema;
  /// Tables of files: values must have types that can be stored in the columns' ones without loss
  /// of meaning (ANSI store assignment), and columns that are not given are null. Delta's own
  /// writer casts and fills.
  bool is_strict = true;
};

/// The columns of `rows` (which are `given`), by position, under the names and as the types of the
/// table's `columns`; of all of its columns when these are empty.
/// INSERT_COLUMN_ARITY_MISMATCH, UNRESOLVED_COLUMN, COLUMN_ALREADY_EXISTS,
/// INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST.
base::Result<plan::RelationPtr> InsertByPosition(const plan::RelationPtr& rows,
                                                 const StructType& given, const InsertTarget& table,
                                                 const std::vector<std::string>& columns);

/// The same by name, also of the fields of structs. What Delta's tables do not have is left to
/// their writer.
/// INSERT_COLUMN_ARITY_MISMATCH, INCOMPATIBLE_DATA_FOR_TABLE.*.
base::Result<plan::RelationPtr> InsertByName(const plan::RelationPtr& rows, const StructType& given,
                                             const InsertTarget& table);

}  // namespace millrace::session
