#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <arrow/array.h>
#include <fmt/format.h>

#include "processor/duckdb/datetime_patterns.h"
#include "processor/duckdb/datetime_text.h"
#include "processor/duckdb/evaluator.h"
#include "processor/duckdb/value_errors.h"

namespace millrace::processor::duckdb {
namespace {

using Kind = DataType::Kind;

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kSecondsPerDay = 86'400;

std::int64_t FloorDiv(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }
std::int64_t FloorMod(std::int64_t a, std::int64_t b) { return a - FloorDiv(a, b) * b; }

// 0 = Monday; 1970-01-01 was a Thursday.
std::int64_t Weekday(std::int64_t days) { return FloorMod(days + 3, 7); }

// The ISO week that holds the Thursday of this week.
std::int64_t WeekOfYear(std::int64_t days) {
  std::int64_t thursday = days - Weekday(days) + 3;
  CivilDate date = CivilFromDays(thursday);
  return (thursday - DaysFromCivil(date.year, 1, 1)) / 7 + 1;
}

using DateField = std::int64_t (*)(std::int64_t days);

DateField DateFieldOf(std::string_view name) {
  if (name == "year") return [](std::int64_t days) { return CivilFromDays(days).year; };
  if (name == "quarter") {
    return [](std::int64_t days) -> std::int64_t { return (CivilFromDays(days).month + 2) / 3; };
  }
  if (name == "month") {
    return [](std::int64_t days) -> std::int64_t { return CivilFromDays(days).month; };
  }
  if (name == "dayofmonth") {
    return [](std::int64_t days) -> std::int64_t { return CivilFromDays(days).day; };
  }
  if (name == "dayofweek") return [](std::int64_t days) { return (Weekday(days) + 1) % 7 + 1; };
  if (name == "weekday") return Weekday;
  if (name == "weekofyear") return WeekOfYear;
  if (name == "dayofyear") {
    return
        [](std::int64_t days) { return days - DaysFromCivil(CivilFromDays(days).year, 1, 1) + 1; };
  }
  return nullptr;
}

Kernel DateFieldKernel(DateField field) {
  return [field](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                 ColumnBuilder* out) {
    const auto& dates = static_cast<const arrow::Date32Array&>(*args[0].array);
    for (std::int64_t row = 0; row < rows; ++row) {
      std::int64_t i = args[0].at(row);
      dates.IsNull(i) ? out->AppendNull() : out->AppendInt(field(dates.Value(i)));
    }
    return base::Status::Ok();
  };
}

/// hour, minute, second: (local second of the day / unit) % modulus.
Kernel TimeFieldKernel(const FunctionContext& context) {
  std::int64_t unit = context.function == "hour" ? 3600 : context.function == "minute" ? 60 : 1;
  std::int64_t modulus = context.function == "hour" ? 24 : 60;
  TimeZone zone = context.arg_type(0).is(Kind::kTimestamp) ? context.zone : TimeZone();
  return
      [=](const std::vector<Operand>& args, std::int64_t rows, std::int64_t, ColumnBuilder* out) {
        const auto& times = static_cast<const arrow::TimestampArray&>(*args[0].array);
        for (std::int64_t row = 0; row < rows; ++row) {
          std::int64_t i = args[0].at(row);
          if (times.IsNull(i)) {
            out->AppendNull();
            continue;
          }
          std::int64_t seconds = FloorDiv(times.Value(i), kMicrosPerSecond);
          seconds = FloorMod(seconds + zone.OffsetAt(seconds), kSecondsPerDay);
          out->AppendInt(seconds / unit % modulus);
        }
        return base::Status::Ok();
      };
}

Kernel DateShiftKernel(bool subtract) {
  return [subtract](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                    ColumnBuilder* out) {
    const auto& dates = static_cast<const arrow::Date32Array&>(*args[0].array);
    for (std::int64_t row = 0; row < rows; ++row) {
      std::int64_t i = args[0].at(row);
      std::int64_t j = args[1].at(row);
      if (dates.IsNull(i) || args[1].array->IsNull(j)) {
        out->AppendNull();
        continue;
      }
      std::int64_t shift = ValueAt(*args[1].array, j).int_value();
      // Wraps around like Java's int.
      std::int64_t days = dates.Value(i) + (subtract ? -shift : shift);
      out->AppendInt(static_cast<std::int32_t>(static_cast<std::uint32_t>(days)));
    }
    return base::Status::Ok();
  };
}

base::Result<Kernel> DateFormat(const FunctionContext& context) {
  auto patterns = std::make_shared<DatetimePatterns>(false, context.zone);
  MILLRACE_RETURN_IF_ERROR(patterns->CheckConstant(*context.args[1]));
  return Kernel([patterns](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                           ColumnBuilder* out) {
    const auto& times = static_cast<const arrow::TimestampArray&>(*args[0].array);
    const auto& texts = static_cast<const arrow::StringArray&>(*args[1].array);
    for (std::int64_t row = 0; row < rows; ++row) {
      std::int64_t i = args[0].at(row);
      std::int64_t j = args[1].at(row);
      if (times.IsNull(i) || texts.IsNull(j)) {
        out->AppendNull();
        continue;
      }
      MILLRACE_ASSIGN_OR_RETURN(const DatetimePattern* pattern, patterns->Get(texts.GetView(j)));
      std::optional<std::string> text = pattern->Format(times.Value(i), &patterns->zone());
      if (!text) {
        return base::Status::InvalidArgument(
            fmt::format("date_format: a value does not fit the pattern '{}'", texts.GetString(j)));
      }
      out->AppendBytes(*text);
    }
    return base::Status::Ok();
  });
}

base::Result<Kernel> ToTimestamp(const FunctionContext& context) {
  auto patterns = std::make_shared<DatetimePatterns>(true, context.zone);
  MILLRACE_RETURN_IF_ERROR(patterns->CheckConstant(*context.args[1]));
  bool tolerant = context.is_tolerant();
  bool ntz = context.type().is(Kind::kTimestampNtz);
  const auto& options = std::get<plan::Call>(context.expression.node).options;
  auto told = options.find("func");
  std::string function = told == options.end() ? "try_to_timestamp" : told->second;
  return Kernel([patterns, tolerant, ntz, function](const std::vector<Operand>& args, std::int64_t rows,
                                     std::int64_t, ColumnBuilder* out) {
    const auto& values = static_cast<const arrow::StringArray&>(*args[0].array);
    const auto& texts = static_cast<const arrow::StringArray&>(*args[1].array);
    for (std::int64_t row = 0; row < rows; ++row) {
      std::int64_t i = args[0].at(row);
      std::int64_t j = args[1].at(row);
      if (values.IsNull(i) || texts.IsNull(j)) {
        out->AppendNull();
        continue;
      }
      MILLRACE_ASSIGN_OR_RETURN(const DatetimePattern* pattern, patterns->Get(texts.GetView(j)));
      std::string why;
      std::optional<std::int64_t> micros =
          ntz ? pattern->ParseTimestampNtz(values.GetView(i), true, &why)
              : pattern->ParseTimestamp(values.GetView(i), patterns->zone(), &why);
      if (micros) {
        out->AppendInt(*micros);
      } else if (tolerant) {
        out->AppendNull();
      } else {
        return CannotParseTimestamp(why, function);
      }
    }
    return base::Status::Ok();
  });
}

}  // namespace

base::Result<Kernel> MakeTimeFunction(const FunctionContext& context) {
  std::string_view name = context.function;
  if (DateField field = DateFieldOf(name); field != nullptr) return DateFieldKernel(field);
  if (name == "hour" || name == "minute" || name == "second") return TimeFieldKernel(context);
  if (name == "date_add" || name == "date_sub") return DateShiftKernel(name == "date_sub");
  if (name == "date_format") return DateFormat(context);
  if (context.args.size() != 2 || !context.arg_type(0).is(Kind::kString)) {
    return base::Status::Unsupported(fmt::format("{}: function {} is not supported for {}",
                                                 context.expression.text, name,
                                                 context.arg_type(0).sql()));
  }
  return ToTimestamp(context);
}

}  // namespace millrace::processor::duckdb
