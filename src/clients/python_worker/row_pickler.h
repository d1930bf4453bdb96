#pragma once

#include <cstdint>
#include <string>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "base/status.h"
#include "data/time_zone.h"
#include "millrace/types.h"

namespace millrace::clients::python_worker {

/// Ok when every type of `schema` has a form in Python; Unsupported names the column otherwise
/// (year-month and calendar intervals, TIME, VARIANT).
base::Status CheckPicklable(const StructType& schema);

/// Rows [begin, end) of `rows` as the pickle of a list of pyspark.sql.Row, as a PySpark worker
/// unpickles it: boolean bool · byte..long int · float, double float · decimal Decimal · string str
/// (U+FFFD for what is no UTF-8) · binary bytearray · date date · timestamp datetime without zone,
/// local in `zone` · timestamp_ntz datetime · day-time interval timedelta · array list · map dict ·
/// struct Row · null None. InvalidArgument for times outside the years 1 to 9999, which Python does
/// not have. Preconditions: CheckPicklable(schema), and `rows` has that schema.
base::Result<std::string> PickleRows(const StructType& schema, const arrow::RecordBatch& rows,
                                     std::int64_t begin, std::int64_t end,
                                     const data::TimeZone& zone);

}  // namespace millrace::clients::python_worker
