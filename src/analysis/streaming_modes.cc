// Which queries Spark starts on a stream, and in which output mode (UnsupportedOperationChecker).

#include <algorithm>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "analysis/analyzer.h"
#include "analysis/error_messages.h"
#include "analysis/names.h"
#include "analysis/rewrite.h"

namespace millrace::analysis {
namespace {

using plan::ResolvedJoinType;
using plan::ResolvedRelation;

base::Status NotOnStreams(std::string message) {
  return AnalysisError("_LEGACY_ERROR_TEMP_3102", {{"msg", std::move(message)}});
}

base::Status IllegalMode(std::string_view mode, std::string operation) {
  return AnalysisError("STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION",
                       {{"outputMode", LowerCase(mode)}, {"operation", std::move(operation)}});
}

// The relations of a query, inputs first, and which of them read a stream.
class Streams {
 public:
  explicit Streams(const ResolvedRelation& top) {
    std::vector<const ResolvedRelation*> left = {&top};
    while (!left.empty()) {
      const ResolvedRelation* relation = left.back();
      left.pop_back();
      order_.push_back(relation);
      for (const auto& input : plan::InputsOf(*relation)) left.push_back(input.get());
    }
    std::reverse(order_.begin(), order_.end());
    for (const ResolvedRelation* relation : order_) {
      const auto* scan = std::get_if<plan::Scan>(&relation->node);
      bool reads = scan != nullptr && scan->is_streaming;
      for (const auto& input : plan::InputsOf(*relation)) reads = reads || reads_[input.get()];
      reads_[relation] = reads;
    }
  }

  const std::vector<const ResolvedRelation*>& order() const { return order_; }
  bool Reads(const ResolvedRelation& relation) const { return reads_.at(&relation); }

 private:
  std::vector<const ResolvedRelation*> order_;
  std::unordered_map<const ResolvedRelation*, bool> reads_;
};

// The expressions that an operator holds itself.
std::vector<plan::BoundExpressionPtr> ExpressionsOf(const ResolvedRelation& relation) {
  std::vector<plan::BoundExpressionPtr> all;
  std::visit(
      [&](const auto& node) {
        if constexpr (requires { node.condition; }) all.push_back(node.condition);
        if constexpr (requires { node.expressions; }) all = node.expressions;
        if constexpr (requires { node.aggregates; }) {
          all = node.groupings;
          all.insert(all.end(), node.aggregates.begin(), node.aggregates.end());
        }
        if constexpr (requires { node.functions; }) all = node.functions;
        if constexpr (requires { node.generator; }) all.push_back(node.generator);
        if constexpr (std::is_same_v<std::decay_t<decltype(node)>, plan::Sort>) {
          for (const plan::SortKey& key : node.keys) all.push_back(key.expression);
        }
      },
      relation.node);
  std::erase(all, nullptr);
  return all;
}

base::Status CheckSubqueries(const ResolvedRelation& relation) {
  base::Status status = base::Status::Ok();
  for (const auto& expression : ExpressionsOf(relation)) {
    AnyPart(*expression, [&](const plan::BoundExpression& part) {
      const auto* subquery = std::get_if<plan::Subquery>(&part.node);
      if (subquery == nullptr || !Streams(*subquery->query).Reads(*subquery->query)) return false;
      status = AnalysisError("INVALID_SUBQUERY_EXPRESSION.STREAMING_QUERY", {});
      return true;
    });
  }
  return status;
}

std::string JoinName(ResolvedJoinType type) {
  switch (type) {
    case ResolvedJoinType::kLeft:
      return "LeftOuter";
    case ResolvedJoinType::kRight:
      return "RightOuter";
    case ResolvedJoinType::kFull:
      return "FullOuter";
    case ResolvedJoinType::kLeftSemi:
      return "LeftSemi";
    case ResolvedJoinType::kLeftAnti:
      return "LeftAnti";
    default:
      return "Inner";
  }
}

base::Status CheckJoin(const plan::Join& join, bool left, bool right, bool is_append) {
  const std::string name = JoinName(join.type);
  switch (join.type) {
    case ResolvedJoinType::kInner:
    case ResolvedJoinType::kCross:
      return base::Status::Ok();
    case ResolvedJoinType::kLeftAnti:
      if (!right) return base::Status::Ok();
      return NotOnStreams(
          "LeftAnti joins with a streaming DataFrame/Dataset on the right are not supported");
    default:
      break;
  }
  if (left && right) {
    if (!is_append) {
      return NotOnStreams(name +
                          " join between two streaming DataFrames/Datasets is not supported in "
                          "Update output mode, only in Append output mode");
    }
    return NotOnStreams("Stream-stream " + name +
                        " join between two streaming DataFrame/Datasets is not supported without "
                        "a watermark in the join keys, or a watermark on the nullable side and an "
                        "appropriate range condition");
  }
  if (join.type == ResolvedJoinType::kFull) {
    return NotOnStreams(left
                            ? "FullOuter joins with streaming DataFrames/Datasets on the left and "
                              "a static DataFrame/Dataset on the right is not supported"
                            : "FullOuter joins with streaming DataFrames/Datasets on the right "
                              "and a static DataFrame/Dataset on the left is not supported");
  }
  if (join.type == ResolvedJoinType::kRight && left) {
    return NotOnStreams(
        "RightOuter join with a streaming DataFrame/Dataset on the left and a static "
        "DataFrame/DataSet on the right not supported");
  }
  if (join.type != ResolvedJoinType::kRight && right) {
    return NotOnStreams(name +
                        " join with a streaming DataFrame/Dataset on the right and a static "
                        "DataFrame/Dataset on the left is not supported");
  }
  return base::Status::Ok();
}

base::Status CheckSetOperation(const plan::SetOperation& node, bool left, bool right) {
  switch (node.type) {
    case plan::SetOperation::Type::kUnion:
      if (left == right) return base::Status::Ok();
      return NotOnStreams("Union between streaming and batch DataFrames/Datasets is not supported");
    case plan::SetOperation::Type::kIntersect:
      return NotOnStreams("Intersect of streaming DataFrames/Datasets is not supported");
    case plan::SetOperation::Type::kExcept:
      break;
  }
  if (!right) return base::Status::Ok();
  return NotOnStreams("Except on a streaming DataFrame/Dataset on the right is not supported");
}

std::string UpperCase(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

base::Status CheckOperator(const ResolvedRelation& relation, const Streams& streams,
                           std::string_view mode, bool has_aggregates) {
  if (const auto* aggregate = std::get_if<plan::Aggregate>(&relation.node)) {
    for (const auto& expression : aggregate->aggregates) {
      const auto* call = std::get_if<plan::AggregateCall>(&expression->node);
      if (call != nullptr && call->distinct) {
        return NotOnStreams(
            "Distinct aggregations are not supported on streaming DataFrames/Datasets. Consider "
            "using approx_count_distinct() instead.");
      }
    }
  }
  if (const auto* join = std::get_if<plan::Join>(&relation.node)) {
    return CheckJoin(*join, streams.Reads(*join->left), streams.Reads(*join->right),
                     NamesEqual(mode, "append"));
  }
  if (const auto* sets = std::get_if<plan::SetOperation>(&relation.node)) {
    return CheckSetOperation(*sets, streams.Reads(*sets->left), streams.Reads(*sets->right));
  }
  if (std::holds_alternative<plan::Sample>(relation.node)) {
    return NotOnStreams("Sampling is not supported on streaming DataFrames/Datasets");
  }
  if (const auto* window = std::get_if<plan::Window>(&relation.node)) {
    const std::string& text = window->functions.front()->text;
    const std::size_t over = text.find(" OVER ");
    return AnalysisError("NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING",
                         {{"windowFunc", UpperCase(text.substr(0, over))},
                          {"columnName", QuoteName(text)},
                          {"windowSpec", over == std::string::npos
                                             ? ""
                                             : UpperCase(text.substr(over + 6))}});
  }
  if (const auto* limit = std::get_if<plan::Limit>(&relation.node)) {
    if (limit->offset > 0) {
      return NotOnStreams("Offset is not supported on streaming DataFrames/Datasets");
    }
    if (NamesEqual(mode, "update")) {
      return NotOnStreams(
          "Limits are not supported on streaming DataFrames/Datasets in Update output mode");
    }
  }
  if (std::holds_alternative<plan::Sort>(relation.node) &&
      !(has_aggregates && NamesEqual(mode, "complete"))) {
    return NotOnStreams(
        "Sorting is not supported on streaming DataFrames/Datasets, unless it is on aggregated "
        "DataFrame/Dataset in Complete output mode");
  }
  for (const auto& expression : ExpressionsOf(relation)) {
    const bool numbers_rows = AnyPart(*expression, [](const plan::BoundExpression& part) {
      const auto* call = std::get_if<plan::Call>(&part.node);
      return call != nullptr && call->function == "monotonically_increasing_id";
    });
    if (numbers_rows) {
      return NotOnStreams(
          "Expression(s): monotonically_increasing_id() is not supported with streaming "
          "DataFrames/Datasets");
    }
  }
  return base::Status::Ok();
}

// UNION without ALL and aggregations: rows that later rows may change.
bool Aggregates(const ResolvedRelation& relation) {
  if (std::holds_alternative<plan::Aggregate>(relation.node)) return true;
  const auto* sets = std::get_if<plan::SetOperation>(&relation.node);
  return sets != nullptr && sets->type == plan::SetOperation::Type::kUnion && !sets->is_all;
}

}  // namespace

base::Status CheckOutputMode(const plan::ResolvedQuery& query, std::string_view mode) {
  if (!query.is_streaming) return AnalysisError("WRITE_STREAM_NOT_ALLOWED", {});
  if (const auto parsed = ParseOutputMode(mode); !parsed.ok()) return parsed.status();
  const Streams streams(*query.root);
  bool has_aggregates = false;
  bool has_distinct = false;
  for (const ResolvedRelation* relation : streams.order()) {
    MILLRACE_RETURN_IF_ERROR(CheckSubqueries(*relation));
    if (!streams.Reads(*relation)) continue;
    has_aggregates = has_aggregates || Aggregates(*relation);
    has_distinct =
        has_distinct || std::holds_alternative<plan::Deduplicate>(relation->node);
  }
  if (!streams.Reads(*query.root)) return AnalysisError("WRITE_STREAM_NOT_ALLOWED", {});
  if (NamesEqual(mode, "append") && has_aggregates) {
    return IllegalMode(mode, "streaming aggregations without watermark");
  }
  // SELECT DISTINCT is an aggregation to Spark, dropDuplicates is not; both are one operator here,
  // which CheckRunnable refuses.
  if (NamesEqual(mode, "complete") && !has_aggregates && !has_distinct) {
    return IllegalMode(mode, "no streaming aggregations");
  }
  for (const ResolvedRelation* relation : streams.order()) {
    if (!streams.Reads(*relation)) continue;
    MILLRACE_RETURN_IF_ERROR(CheckOperator(*relation, streams, mode, has_aggregates));
  }
  return base::Status::Ok();
}

}  // namespace millrace::analysis
