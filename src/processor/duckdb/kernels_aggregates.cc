// The last steps of aggregate functions that DuckDB does not have as Spark has them: from sums, or
// from the list of a group's values. Their names begin with $, so that no query can name them.

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <optional>
#include <string>

#include <arrow/api.h>
#include <fmt/format.h>

#include "data/arrow_schema.h"
#include "data/scalar_text.h"
#include "processor/duckdb/decimal_text.h"
#include "processor/duckdb/evaluator.h"
#include "processor/duckdb/value_errors.h"

namespace millrace::processor::duckdb {
namespace {

using Kind = DataType::Kind;

__int128 DecimalAt(const arrow::Array& array, std::int64_t row) {
  __int128 value;
  std::memcpy(&value, static_cast<const arrow::Decimal128Array&>(array).GetValue(row),
              sizeof(value));
  return value;
}

__int128 Power10(int exponent) {
  __int128 power = 1;
  for (; exponent > 0; --exponent) power *= 10;
  return power;
}

/// sum * 10^digits / count, halves away from zero; none beyond 38 digits.
std::optional<__int128> Quotient(__int128 sum, std::int64_t count, int digits) {
  const __int128 scale = Power10(digits);
  const __int128 limit = Power10(38) / scale;
  const __int128 whole = sum / count;
  if (whole >= limit || whole <= -limit) return std::nullopt;
  const __int128 rest = (sum % count) * scale;
  __int128 fraction = rest / count;
  const __int128 left = rest % count;
  if ((left < 0 ? -left : left) * 2 >= count) fraction += left < 0 ? -1 : 1;
  return whole * scale + fraction;
}

/// $average(sum DECIMAL(38,s), count): null without values.
template <bool is_try>
base::Result<Kernel> Average(const FunctionContext& context) {
  const DataType type = context.type();
  const bool is_decimal = type.is(Kind::kDecimal);
  const int context_scale = context.arg_type(0).scale();
  const int digits = is_decimal ? type.scale() - context_scale : 0;
  const __int128 limit = Power10(is_decimal ? type.precision() : 38);
  return Kernel([=](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                    ColumnBuilder* out) {
    const auto& counts = static_cast<const arrow::Int64Array&>(*args[1].array);
    for (std::int64_t row = 0; row < rows; ++row) {
      const std::int64_t count = counts.Value(args[1].at(row));
      if (count == 0 || args[0].array->IsNull(args[0].at(row))) {
        out->AppendNull();
        continue;
      }
      const __int128 sum = DecimalAt(*args[0].array, args[0].at(row));
      const auto average = Quotient(sum, count, digits);
      if (!average || *average >= limit || *average <= -limit) {
        if (!is_try) {
          return DecimalOutOfRange(data::DecimalPlainText(sum / count, context_scale), type);
        }
        out->AppendNull();
      } else if (is_decimal) {
        out->AppendDecimal(*average);
      } else {
        out->AppendInt(static_cast<std::int64_t>(*average));
      }
    }
    return base::Status::Ok();
  });
}

/// $corr(corr, count, sum of squares of the one, and of the other).
base::Result<Kernel> Corr(const FunctionContext&) {
  return Kernel([](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                   ColumnBuilder* out) {
    auto number = [&](std::size_t i, std::int64_t row) {
      return static_cast<const arrow::DoubleArray&>(*args[i].array).Value(args[i].at(row));
    };
    for (std::int64_t row = 0; row < rows; ++row) {
      const auto& counts = static_cast<const arrow::Int64Array&>(*args[1].array);
      if (counts.Value(args[1].at(row)) <= 1) {
        out->AppendNull();
        continue;
      }
      if (number(2, row) * number(3, row) == 0) return DivideByZero();
      out->AppendDouble(number(0, row));
    }
    return base::Status::Ok();
  });
}

/// $low_bits(sum DECIMAL(38,0)): the sum as BIGINT arithmetic that wraps around gives it.
base::Result<Kernel> LowBits(const FunctionContext&) {
  return Kernel([](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                   ColumnBuilder* out) {
    for (std::int64_t row = 0; row < rows; ++row) {
      const std::int64_t place = args[0].at(row);
      if (args[0].array->IsNull(place)) {
        out->AppendNull();
      } else {
        out->AppendInt(static_cast<std::int64_t>(
            static_cast<std::uint64_t>(DecimalAt(*args[0].array, place))));
      }
    }
    return base::Status::Ok();
  });
}

/// Any number, or an interval's units, as a double.
double NumberAt(const arrow::Array& array, std::int64_t row, const DataType& type) {
  switch (type.kind()) {
    case Kind::kByte:
      return static_cast<const arrow::Int8Array&>(array).Value(row);
    case Kind::kShort:
      return static_cast<const arrow::Int16Array&>(array).Value(row);
    case Kind::kInteger:
    case Kind::kYearMonthInterval:
    case Kind::kDate:
      return array.data()->GetValues<std::int32_t>(1)[row];
    case Kind::kFloat:
      return static_cast<const arrow::FloatArray&>(array).Value(row);
    case Kind::kDouble:
      return static_cast<const arrow::DoubleArray&>(array).Value(row);
    case Kind::kDecimal:
      return std::strtod(
          static_cast<const arrow::Decimal128Array&>(array).FormatValue(row).c_str(), nullptr);
    default:
      return static_cast<double>(
          array.data()->GetValues<std::int64_t>(1)[row]);
  }
}

std::vector<double> NumbersOf(const Operand& lists, std::int64_t row, const DataType& type) {
  const auto& list = static_cast<const arrow::ListArray&>(*lists.array);
  const std::int64_t place = lists.at(row);
  std::vector<double> numbers;
  for (std::int64_t i = list.value_offset(place); i < list.value_offset(place + 1); ++i) {
    numbers.push_back(NumberAt(*list.values(), i, type));
  }
  return numbers;
}

/// The fractions that are asked for: one, or those of an array.
std::vector<double> FractionsOf(const std::vector<Operand>& args, const FunctionContext& context) {
  if (args.size() < 2) return {0.5};
  const DataType& type = context.arg_type(1);
  if (type.is(Kind::kArray)) return NumbersOf(args[1], 0, type.elementType());
  return {NumberAt(*args[1].array, 0, type)};
}

void AppendNumber(double number, ColumnBuilder* out) {
  if (out->type().is(Kind::kDouble)) {
    out->AppendDouble(number);
  } else {
    out->AppendInt(static_cast<std::int64_t>(number));
  }
}

/// Writes what `one` appends for each fraction: an array when an array of them was asked for.
template <typename One>
void AppendEach(const std::vector<double>& fractions, bool is_array, ColumnBuilder* out,
                const One& one) {
  if (!is_array) return one(fractions[0], out);
  for (double fraction : fractions) one(fraction, &out->child(0));
  out->AppendNested();
}

/// percentile_cont and percentile_disc may count from the greatest value.
bool IsDescending(const FunctionContext& context) {
  return context.function.ends_with("_descending");
}

std::vector<double> InOrder(std::vector<double> values, bool descending) {
  std::sort(values.begin(), values.end(), [](double a, double b) {
    return std::isnan(a) ? false : std::isnan(b) || a < b;
  });
  if (descending) std::reverse(values.begin(), values.end());
  return values;
}

/// $percentile_disc(values, fraction): the first value that so many values are not behind.
base::Result<Kernel> PercentileDisc(const FunctionContext& context) {
  return Kernel([context, descending = IsDescending(context),
                 type = context.arg_type(0).elementType()](
                    const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                    ColumnBuilder* out) {
    if (rows == 0) return base::Status::Ok();
    const std::vector<double> fractions = FractionsOf(args, context);
    const bool is_array = out->type().is(Kind::kArray);
    for (std::int64_t row = 0; row < rows; ++row) {
      const std::vector<double> values = InOrder(NumbersOf(args[0], row, type), descending);
      if (values.empty() || fractions.empty()) {
        out->AppendNull();
        continue;
      }
      AppendEach(fractions, is_array, out, [&](double fraction, ColumnBuilder* to) {
        const double count = static_cast<double>(values.size());
        const double rank = std::clamp(std::ceil(fraction * count), 1.0, count);
        AppendNumber(values[static_cast<std::size_t>(rank) - 1], to);
      });
    }
    return base::Status::Ok();
  });
}

/// $percentile(values, fraction): between the neighbours, as far as the fraction says.
base::Result<Kernel> Percentile(const FunctionContext& context) {
  return Kernel([context, descending = IsDescending(context),
                 type = context.arg_type(0).elementType()](
                    const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                    ColumnBuilder* out) {
    if (rows == 0) return base::Status::Ok();
    const std::vector<double> fractions = FractionsOf(args, context);
    const bool is_array = out->type().is(Kind::kArray);
    for (std::int64_t row = 0; row < rows; ++row) {
      const std::vector<double> values = InOrder(NumbersOf(args[0], row, type), descending);
      if (values.empty() || fractions.empty()) {
        out->AppendNull();
        continue;
      }
      AppendEach(fractions, is_array, out, [&](double fraction, ColumnBuilder* to) {
        const double place = static_cast<double>(values.size() - 1) * fraction;
        const auto lower = static_cast<std::size_t>(std::floor(place));
        const auto upper = static_cast<std::size_t>(std::ceil(place));
        if (lower == upper || values[lower] == values[upper]) {
          AppendNumber(values[lower], to);
        } else {
          AppendNumber((static_cast<double>(upper) - place) * values[lower] +
                           (place - static_cast<double>(lower)) * values[upper],
                       to);
        }
      });
    }
    return base::Status::Ok();
  });
}

/// $percentile_approx(values, fraction, accuracy): the value itself, from all of them.
base::Result<Kernel> PercentileApprox(const FunctionContext& context) {
  return Kernel([context, type = context.arg_type(0).elementType()](
                    const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                    ColumnBuilder* out) {
    if (rows == 0) return base::Status::Ok();
    const std::vector<double> fractions = FractionsOf(args, context);
    const double error = args.size() < 3 ? 1e-4 : 1 / NumberAt(*args[2].array, 0, context.arg_type(2));
    const bool is_array = out->type().is(Kind::kArray);
    const auto& lists = static_cast<const arrow::ListArray&>(*args[0].array);
    for (std::int64_t row = 0; row < rows; ++row) {
      const std::vector<double> values = NumbersOf(args[0], row, type);
      if (values.empty() || fractions.empty()) {
        out->AppendNull();
        continue;
      }
      std::vector<std::size_t> order(values.size());
      std::iota(order.begin(), order.end(), std::size_t{0});
      std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return std::isnan(values[a]) ? false : std::isnan(values[b]) || values[a] < values[b];
      });
      const double count = static_cast<double>(values.size());
      AppendEach(fractions, is_array, out, [&](double fraction, ColumnBuilder* to) {
        double rank = std::clamp(std::ceil(fraction * count), 1.0, count);
        if (fraction <= error) rank = 1;
        if (fraction >= 1 - error) rank = count;
        const std::size_t chosen = order[static_cast<std::size_t>(rank) - 1];
        to->AppendFrom(*lists.values(), lists.value_offset(args[0].at(row)) +
                                            static_cast<std::int64_t>(chosen));
      });
    }
    return base::Status::Ok();
  });
}

/// $skewness and $kurtosis of the population; null where all values are equal.
template <int power>
base::Result<Kernel> Moment(const FunctionContext& context) {
  return Kernel([type = context.arg_type(0).elementType()](
                    const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                    ColumnBuilder* out) {
    for (std::int64_t row = 0; row < rows; ++row) {
      const std::vector<double> values = NumbersOf(args[0], row, type);
      const double count = static_cast<double>(values.size());
      double mean = 0;
      for (double value : values) mean += value / count;
      double second = 0;
      double higher = 0;
      for (double value : values) {
        second += (value - mean) * (value - mean);
        higher += std::pow(value - mean, power);
      }
      if (values.empty() || second == 0) {
        out->AppendNull();
      } else if (power == 3) {
        out->AppendDouble(std::sqrt(count) * higher / std::sqrt(second * second * second));
      } else {
        out->AppendDouble(count * higher / (second * second) - 3);
      }
    }
    return base::Status::Ok();
  });
}

/// $listagg(values, delimiter): null without values.
base::Result<Kernel> ListAgg(const FunctionContext&) {
  return Kernel([](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                   ColumnBuilder* out) {
    const auto& lists = static_cast<const arrow::ListArray&>(*args[0].array);
    const auto& values = static_cast<const arrow::BinaryArray&>(*lists.values());
    std::string_view delimiter;
    if (args.size() > 1 && rows > 0 && args[1].array->type_id() != arrow::Type::NA &&
        args[1].array->IsValid(0)) {
      delimiter = static_cast<const arrow::BinaryArray&>(*args[1].array).GetView(0);
    }
    for (std::int64_t row = 0; row < rows; ++row) {
      const std::int64_t place = args[0].at(row);
      if (lists.value_length(place) == 0) {
        out->AppendNull();
        continue;
      }
      std::string text;
      for (std::int64_t i = lists.value_offset(place); i < lists.value_offset(place + 1); ++i) {
        if (i > lists.value_offset(place)) text += delimiter;
        text += values.GetView(i);
      }
      out->AppendBytes(text);
    }
    return base::Status::Ok();
  });
}

}  // namespace

std::vector<KernelSpec> AggregateKernels() {
  return {
      {"$average", true, Average<false>},
      {"$try_average", false, Average<true>},
      {"$corr", true, Corr},
      {"$low_bits", false, LowBits},
      {"$percentile", false, Percentile},
      {"$percentile_cont", false, Percentile},
      {"$percentile_cont_descending", false, Percentile},
      {"$percentile_disc", false, PercentileDisc},
      {"$percentile_disc_descending", false, PercentileDisc},
      {"$median", false, Percentile},
      {"$percentile_approx", false, PercentileApprox},
      {"$approx_percentile", false, PercentileApprox},
      {"$skewness", false, Moment<3>},
      {"$kurtosis", false, Moment<4>},
      {"$listagg", false, ListAgg},
      {"$string_agg", false, ListAgg},
  };
}

}  // namespace millrace::processor::duckdb
