#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "plan/resolved.h"
#include "processor/duckdb/datetime_pattern.h"
#include "processor/duckdb/time_zone.h"

namespace millrace::processor::duckdb {

/// The patterns of one argument, compiled once each. One thread.
class DatetimePatterns {
 public:
  DatetimePatterns(bool for_parsing, const TimeZone& zone)
      : for_parsing_(for_parsing), zone_(zone) {}

  /// Lives until the next call. Errors as DatetimePattern::SparkError.
  base::Result<const DatetimePattern*> Get(std::string_view text);
  /// A constant pattern must be known when the query starts.
  base::Status CheckConstant(const plan::BoundExpression& pattern);

  const TimeZone& zone() const { return zone_; }

 private:
  bool for_parsing_;
  TimeZone zone_;
  std::map<std::string, DatetimePattern, std::less<>> patterns_;
};

}  // namespace millrace::processor::duckdb
