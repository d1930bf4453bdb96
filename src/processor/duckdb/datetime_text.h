#pragma once

#include "data/datetime_text.h"

namespace millrace::processor::duckdb {

using data::CivilDate;
using data::CivilFromDays;
using data::DaysFromCivil;
using data::DaysInMonth;
using data::IsLeapYear;
using data::ParseDate;
using data::ParseLegacyDate;
using data::ParseLegacyTimestamp;
using data::ParseTimestamp;
using data::ParseTimestampNtz;

}  // namespace millrace::processor::duckdb
