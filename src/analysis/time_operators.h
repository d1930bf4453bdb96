#pragma once

#include <optional>
#include <string_view>

#include "analysis/functions.h"

namespace millrace::analysis {

/// Operators and functions of dates, timestamps and intervals (ResolveBinaryArithmetic).

bool IsTimestamp(const DataType& type);
/// DAY-TIME or YEAR-MONTH.
bool IsAnsiInterval(const DataType& type);

/// Intervals of months, days and microseconds together are not to be had here.
base::Status CalendarIntervalRefused(std::string_view sql);

/// `date_add` or `date_sub` of a date and whole days, shown as `function(date, days)`.
base::Result<BoundExpressionPtr> BindDateShift(std::string_view function,
                                               const BoundExpressionPtr& date,
                                               const BoundExpressionPtr& days);

/// The + - * / of dates, timestamps and intervals, which Spark turns into functions before it looks
/// at numbers. None when there is nothing of the kind here.
std::optional<base::Result<BoundExpressionPtr>> BindTimeArithmetic(std::string_view op,
                                                                   const BoundExpressionPtr& left,
                                                                   const BoundExpressionPtr& right);

}  // namespace millrace::analysis
