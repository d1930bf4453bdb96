#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "plan/command.h"
#include "session/catalog.h"

namespace millrace::session {

/// Is there anything at the local path, be it hidden? An empty folder is nothing.
base::Result<bool> IsOccupied(const std::string& path);

/// What Spark says of a new table whose folder holds files already: a folder that no table of the
/// catalog stands in is nobody's to overwrite. LOCATION_ALREADY_EXISTS,
/// DELTA_CREATE_TABLE_WITH_NON_EMPTY_LOCATION, _LEGACY_ERROR_TEMP_1241.
base::Status CheckFreeLocation(const TableEntry& entry, plan::command::SaveMode mode);

/// Tables of files have their partition columns behind the others: brings the columns of the entry
/// into that order, and the partition columns into the columns' spelling.
/// COLUMN_NOT_DEFINED_IN_TABLE, ALL_PARTITION_COLUMNS_NOT_ALLOWED, COLUMN_ALREADY_EXISTS.
base::Status PutPartitionsLast(TableEntry* entry);

/// What the format's writer says of the columns.
base::Status CheckColumns(const TableEntry& entry, const std::string& time_zone);

/// Fills read_options and write_options of a table of files. An option that neither its readers nor
/// its writers know is refused by name. Makes the table's folder where there are options.
base::Status SortOptions(TableEntry* entry, const std::string& time_zone);

/// What a saveAsTable that appends says of a table of files which it does not fit:
/// _LEGACY_ERROR_TEMP_1159, _1161, _1162, _1163.
struct AppendedRows {
  std::string format;
  std::vector<std::string> partition_columns;
  StructType schema;
};
base::Status CheckFits(const AppendedRows& rows, const TableEntry& table);

/// What CREATE TABLE says of a Delta table that stands at the location: it may repeat what that
/// has.
/// DELTA_CREATE_TABLE_SCHEME_MISMATCH, DELTA_CREATE_TABLE_WITH_DIFFERENT_PARTITIONING,
/// DELTA_CREATE_TABLE_WITH_DIFFERENT_PROPERTY.
base::Status CheckSameTable(const plan::command::CreateTable& create, const std::string& location,
                            const StructType& schema);

}  // namespace millrace::session
