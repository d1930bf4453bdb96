#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <arrow/array.h>
#include <fmt/format.h>

#include "processor/duckdb/datetime_patterns.h"
#include "processor/duckdb/evaluator.h"
#include "processor/duckdb/row_kernel.h"
#include "processor/duckdb/time_arithmetic.h"
#include "processor/duckdb/value_errors.h"

namespace millrace::processor::duckdb {
namespace {

using base::Status;

// A text by a pattern as seconds since the epoch.
base::Result<Kernel> UnixTimestamp(const FunctionContext& context) {
  auto patterns = std::make_shared<DatetimePatterns>(true, context.zone);
  MILLRACE_RETURN_IF_ERROR(patterns->CheckConstant(*context.args[1]));
  const bool tolerant = context.is_tolerant();
  return EachFullRow([=](const RowView& row, ColumnBuilder* out) -> Status {
    MILLRACE_ASSIGN_OR_RETURN(const DatetimePattern* pattern, patterns->Get(row.bytes(1)));
    std::string why;
    const auto micros = pattern->ParseTimestamp(row.bytes(0), patterns->zone(), &why);
    if (micros) {
      out->AppendInt(*micros / kMicrosPerSecond);
    } else if (tolerant) {
      out->AppendNull();
    } else {
      return CannotParseTimestamp(why);
    }
    return Status::Ok();
  });
}

// Towards zero, unlike unix_seconds.
base::Result<Kernel> UnixTimestampOfTime(const FunctionContext&) {
  return EachFullRow([](const RowView& row, ColumnBuilder* out) {
    out->AppendInt(row.integer(0) / kMicrosPerSecond);
    return Status::Ok();
  });
}

base::Result<Kernel> FromUnixtime(const FunctionContext& context) {
  auto patterns = std::make_shared<DatetimePatterns>(false, context.zone);
  MILLRACE_RETURN_IF_ERROR(patterns->CheckConstant(*context.args[1]));
  return EachFullRow([patterns](const RowView& row, ColumnBuilder* out) -> Status {
    MILLRACE_ASSIGN_OR_RETURN(const DatetimePattern* pattern, patterns->Get(row.bytes(1)));
    // Wraps around like Java's long.
    const auto micros = static_cast<std::int64_t>(static_cast<std::uint64_t>(row.integer(0)) *
                                                  static_cast<std::uint64_t>(kMicrosPerSecond));
    const auto text = pattern->Format(micros, &patterns->zone());
    if (!text) {
      return Status::InvalidArgument(
          fmt::format("from_unixtime: a value does not fit the pattern '{}'", row.bytes(1)));
    }
    out->AppendBytes(*text);
    return Status::Ok();
  });
}

}  // namespace

std::vector<KernelSpec> TimeTextKernels() {
  return {
      {"unix_timestamp", true, UnixTimestamp},
      {"unix_timestamp_of_time", false, UnixTimestampOfTime},
      {"from_unixtime", true, FromUnixtime},
  };
}

}  // namespace millrace::processor::duckdb
