#pragma once

#include "data/cast_text.h"

namespace millrace::processor::duckdb {

using data::JavaTrim;
using data::ParseBoolean;
using data::ParseInteger;
using data::ParseIntegerPart;
using data::ParseJavaDouble;
using data::ParseJavaFloat;

}  // namespace millrace::processor::duckdb
