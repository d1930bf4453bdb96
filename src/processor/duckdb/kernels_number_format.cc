// to_char and to_number of numbers, in a pattern that is a constant.

#include <fmt/format.h>

#include "data/number_pattern.h"
#include "processor/duckdb/kernels.h"
#include "processor/duckdb/random_functions.h"
#include "processor/duckdb/spark_error.h"

namespace millrace::processor::duckdb {
namespace {

using Text = std::string_view;

base::Result<data::NumberPattern> PatternOf(const FunctionContext& context) {
  const auto text = ConstantBytes(context, 1);
  data::NumberPattern::Problem problem = data::NumberPattern::Problem::kEmpty;
  data::NumberPattern pattern = data::NumberPattern::Parse(text.value_or(""), &problem);
  if (problem != data::NumberPattern::Problem::kNone) return NoSuchKernel(context);
  return pattern;
}

base::Result<Kernel> ToChar(const FunctionContext& context) {
  MILLRACE_ASSIGN_OR_RETURN(const auto pattern, PatternOf(context));
  const int scale = context.arg_type(0).scale();
  return ForRows<__int128, Text>(
      [pattern, scale](__int128 value, Text) { return pattern.Format(value, scale); });
}

base::Status Mismatch(Text input, const std::string& format) {
  return SparkFailure(
      "SparkIllegalArgumentException", "INVALID_FORMAT.MISMATCH_INPUT", "42601",
      {{"inputType", "\"STRING\""}, {"input", std::string(input)}, {"format", format}},
      fmt::format("The format is invalid: {}. The input \"STRING\" {} does not match the format.",
                  format, input));
}

base::Result<Kernel> ToNumber(const FunctionContext& context) {
  MILLRACE_ASSIGN_OR_RETURN(const auto pattern, PatternOf(context));
  const bool tolerant = context.is_tolerant() && !context.is_legacy();
  return ForRows<Text, Text>(
      [pattern, tolerant](Text text, Text) -> base::Result<std::optional<__int128>> {
        const auto number = pattern.Read(text);
        if (!number && !tolerant) return Mismatch(text, pattern.text());
        return number;
      });
}

}  // namespace

std::vector<KernelSpec> NumberFormatKernels() {
  return {
      {"to_char", false, ToChar},
      {"to_number", true, ToNumber},
  };
}

}  // namespace millrace::processor::duckdb
