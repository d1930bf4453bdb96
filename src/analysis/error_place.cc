#include "analysis/error_place.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/spark_message.h"
#include "data/sql_error.h"

namespace millrace::analysis {
namespace {

// Spark raises these where it no longer knows what they are about.
constexpr auto kNowhere = std::to_array<std::string_view>({
    "AMBIGUOUS_COLUMN_REFERENCE",
    "AMBIGUOUS_LATERAL_COLUMN_ALIAS",
    "CANNOT_RESOLVE_DATAFRAME_COLUMN",
    "COLUMN_ALREADY_EXISTS",
    "GROUPING_COLUMN_MISMATCH",
    "GROUPING_ID_COLUMN_MISMATCH",
    "INVALID_USAGE_OF_STAR_OR_REGEX",
    "INVALID_USAGE_OF_STAR_WITH_TABLE_IDENTIFIER_IN_COUNT",
    "MISSING_AGGREGATION",
    "UNPIVOT_VALUE_DATA_TYPE_MISMATCH",
    "UNRESOLVED_USING_COLUMN_FOR_JOIN",
    "UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS",
    "UNSUPPORTED_GENERATOR.OUTSIDE_SELECT",
    "WINDOW_FUNCTION_FRAME_NOT_ORDERED",
    "WINDOW_FUNCTION_NOT_ALLOWED_IN_CLAUSE",
    "WRONG_NUM_ARGS.WITH_SUGGESTION",
    "_LEGACY_ERROR_TEMP_1006",
});

// The same in expressions; as failures of LATERAL VIEW they have their place.
constexpr auto kNowhereInExpressions = std::to_array<std::string_view>({
    "UDTF_ALIAS_NUMBER_MISMATCH",
});

// Found in expressions, but about their relation.
constexpr auto kOfRelations = std::to_array<std::string_view>({
    "WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE",
});

template <typename Conditions>
bool IsOneOf(const Conditions& conditions, std::string_view condition) {
  return std::find(conditions.begin(), conditions.end(), condition) != conditions.end();
}

bool MayBePlaced(const base::Status& failure) {
  if (failure.ok() || failure.query_context() != nullptr) return false;
  const std::string& kind = failure.spark_error().exception_class;
  return kind == "AnalysisException" || kind == "ExtendedAnalysisException";
}

base::Status At(const base::Status& failure, const plan::SqlPlace& place) {
  const plan::SqlText& sql = *place.text;
  const auto [line, column] = data::PositionIn(sql.text, place.start);
  return base::Status(failure.code(),
                      fmt::format("{}; line {} pos {}", base::SparkMessage(failure), line,
                                  column))
      .WithSparkError(failure.spark_error())
      .WithQueryContext(data::SqlContext(sql.text, place.start, place.end, sql.object_type,
                                         sql.object_name));
}

base::Status At(const base::Status& failure, const plan::CallSite& call) {
  base::QueryContext context;
  context.kind = base::QueryContext::Kind::kDataFrame;
  context.fragment = call.fragment;
  context.call_site = call.call_site;
  context.summary = fmt::format("== DataFrame ==\n\"{}\" was called from\n{}\n", call.fragment,
                                call.call_site);
  return failure.WithQueryContext(std::move(context));
}

}  // namespace

base::Status AtExpression(base::Status failure, const std::optional<plan::Origin>& origin,
                          const std::optional<plan::Origin>& relation) {
  if (!MayBePlaced(failure)) return failure;
  const std::string& condition = failure.spark_error().condition;
  if (IsOneOf(kOfRelations, condition)) return Nowhere(AtRelation(failure, relation));
  if (!origin) return failure;
  if (IsOneOf(kNowhere, condition) || IsOneOf(kNowhereInExpressions, condition)) {
    return Nowhere(failure);
  }
  return std::visit([&](const auto& place) { return At(failure, place); }, *origin);
}

base::Status AtRelation(base::Status failure, const std::optional<plan::Origin>& relation) {
  if (!MayBePlaced(failure)) return failure;
  if (IsOneOf(kNowhere, failure.spark_error().condition)) return Nowhere(failure);
  const auto* place = relation ? std::get_if<plan::SqlPlace>(&*relation) : nullptr;
  return place == nullptr ? failure : At(failure, *place);
}

base::Status Nowhere(const base::Status& failure) {
  if (failure.query_context() != nullptr) return failure;
  return failure.WithQueryContext(base::QueryContext());
}

}  // namespace millrace::analysis
