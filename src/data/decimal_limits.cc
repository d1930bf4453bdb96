#include "data/decimal_limits.h"

#include <fmt/format.h>

namespace millrace::data {

base::Status CheckDecimal(int precision, int scale) {
  if (scale < 0) {
    return base::Status::InvalidArgument(
               fmt::format("[NEGATIVE_SCALE_DISALLOWED] Negative scale is not allowed: '{}'. Set "
                           "the config \"spark.sql.legacy.allowNegativeScaleOfDecimal\" to "
                           "\"true\" to allow it. SQLSTATE: 0A000",
                           scale))
        .WithSparkError({"AnalysisException",
                         "NEGATIVE_SCALE_DISALLOWED",
                         "0A000",
                         {{"scale", std::to_string(scale)},
                          {"sqlConf", "\"spark.sql.legacy.allowNegativeScaleOfDecimal\""}}});
  }
  if (scale > precision) {
    return base::Status::InvalidArgument(
               fmt::format("Decimal scale ({}) cannot be greater than precision ({}).", scale,
                           precision))
        .WithSparkError(
            {"AnalysisException",
             "_LEGACY_ERROR_TEMP_1228",
             "",
             {{"scale", std::to_string(scale)}, {"precision", std::to_string(precision)}}});
  }
  if (precision > kMaxDecimalPrecision) {
    return base::Status::InvalidArgument(
               fmt::format("[DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION] Decimal precision {} exceeds "
                           "max precision {}. SQLSTATE: 22003",
                           precision, kMaxDecimalPrecision))
        .WithSparkError({"SparkArithmeticException",
                         "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION",
                         "22003",
                         {{"precision", std::to_string(precision)},
                          {"maxPrecision", std::to_string(kMaxDecimalPrecision)}}});
  }
  return base::Status::Ok();
}

}  // namespace millrace::data
