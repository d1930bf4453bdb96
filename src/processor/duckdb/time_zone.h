#pragma once

#include "data/time_zone.h"

namespace millrace::processor::duckdb {

using data::OffsetId;
using data::ParseOffset;
using data::TimeZone;

}  // namespace millrace::processor::duckdb
