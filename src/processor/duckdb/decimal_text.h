#pragma once

#include "data/decimal_text.h"

namespace millrace::processor::duckdb {

using data::BigDecimal;
using data::ParseBigDecimal;
using data::ParseDouble;
using data::ParseFloat;
using data::ParseJavaInt;
using data::ToDecimal;

}  // namespace millrace::processor::duckdb
