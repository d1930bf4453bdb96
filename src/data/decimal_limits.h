#pragma once

#include "base/status.h"

namespace millrace::data {

constexpr int kMaxDecimalPrecision = 38;

/// Ok when 0 <= scale <= precision <= 38; else what Spark says when such a DecimalType is made.
base::Status CheckDecimal(int precision, int scale);

}  // namespace millrace::data
