// df.na and df.stat, written with the other operators.

#include <algorithm>
#include <cmath>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/relation_analyzer.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;
using plan::ExpressionPtr;
namespace rel = plan::relation;
namespace ex = plan::expression;

ExpressionPtr ColumnOf(const ScopeColumn& column) { return plan::Column(QuoteName(column.name)); }

bool IsFloating(const DataType& type) { return type.is(Kind::kFloat) || type.is(Kind::kDouble); }

// Number, text or truth: a replacement goes only into columns of its kind.
bool SameKind(const DataType& column, const DataType& value) {
  if (value.isNumeric()) return column.isNumeric();
  return column.kind() == value.kind();
}

bool Names(const std::vector<std::string>& names, const Scope& scope, const std::string& name) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& other) {
    if (scope.SameName(other, name)) return true;
    const auto parts = ParseName(other);
    return parts.ok() && parts->size() == 1 && scope.SameName(parts->front(), name);
  });
}

base::Status CheckNames(const std::vector<std::string>& names, const Scope& scope) {
  for (const std::string& name : names) {
    if (name == "*") continue;
    MILLRACE_ASSIGN_OR_RETURN(const NameParts parts, ParseName(name));
    MILLRACE_ASSIGN_OR_RETURN(const auto match, scope.Find(parts));
    if (!match) return UnresolvedColumn(parts, scope.Candidates());
  }
  return base::Status::Ok();
}

ExpressionPtr LiteralOf(const ex::Literal& literal) {
  return plan::Literal(literal.value, literal.type);
}

rel::Project ProjectOf(std::vector<ExpressionPtr> expressions) {
  return rel::Project{nullptr, std::move(expressions)};
}

}  // namespace

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::FillNa& node,
                                                                const AnalyzedRelationPtr& input) {
  MILLRACE_RETURN_IF_ERROR(CheckNames(node.columns, input->scope));
  std::vector<ExpressionPtr> columns;
  for (const ScopeColumn& column : input->scope.columns) {
    if (column.hidden) continue;
    const ExpressionPtr as_it_is = ColumnOf(column);
    const ex::Literal* fill = nullptr;
    if (node.values.size() == 1) {
      if (node.columns.empty() || Names(node.columns, input->scope, column.name)) {
        fill = &node.values[0];
      }
    } else {
      for (std::size_t i = 0; i < node.values.size() && i < node.columns.size(); ++i) {
        if (Names({node.columns[i]}, input->scope, column.name)) fill = &node.values[i];
      }
    }
    // A value of another kind is passed over, as Spark does.
    if (fill == nullptr || !SameKind(column.type, fill->type)) {
      columns.push_back(as_it_is);
      continue;
    }
    ExpressionPtr given = as_it_is;
    if (IsFloating(column.type)) {
      given = plan::Function("when", {plan::Function("isnan", {given}), plan::NullLiteral(), given});
      given = plan::Cast(given, column.type);
    }
    columns.push_back(plan::Alias(
        plan::Function("coalesce", {given, plan::Cast(LiteralOf(*fill), column.type)}),
        column.name));
  }
  return AnalyzeNode(ProjectOf(std::move(columns)), input);
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::DropNa& node,
                                                                const AnalyzedRelationPtr& input) {
  MILLRACE_RETURN_IF_ERROR(CheckNames(node.columns, input->scope));
  std::vector<ExpressionPtr> present;
  for (const ScopeColumn& column : input->scope.columns) {
    if (column.hidden) continue;
    if (!node.columns.empty() && !Names(node.columns, input->scope, column.name)) continue;
    ExpressionPtr there = plan::Function("isnotnull", {ColumnOf(column)});
    if (IsFloating(column.type)) {
      there = plan::Function(
          "and", {there, plan::Function("not", {plan::Function("isnan", {ColumnOf(column)})})});
    }
    present.push_back(std::move(there));
  }
  const int needed = node.min_non_nulls.value_or(static_cast<int>(present.size()));
  if (needed <= 0 || present.empty()) return input;
  ExpressionPtr condition;
  if (needed == static_cast<int>(present.size())) {
    for (const ExpressionPtr& there : present) {
      condition = condition == nullptr ? there : plan::Function("and", {condition, there});
    }
  } else {
    ExpressionPtr count;
    for (const ExpressionPtr& there : present) {
      const auto one = plan::Function("when", {there, plan::Literal(1), plan::Literal(0)});
      count = count == nullptr ? one : plan::Function("+", {count, one});
    }
    condition = plan::Function(">=", {count, plan::Literal(needed)});
  }
  return AnalyzeNode(rel::Filter{nullptr, condition}, input);
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::ReplaceNa& node,
                                                                const AnalyzedRelationPtr& input) {
  MILLRACE_RETURN_IF_ERROR(CheckNames(node.columns, input->scope));
  std::vector<ExpressionPtr> columns;
  for (const ScopeColumn& column : input->scope.columns) {
    if (column.hidden) continue;
    const ExpressionPtr as_it_is = ColumnOf(column);
    std::vector<ExpressionPtr> cases;
    for (const auto& [from, to] : node.replacements) {
      if (!SameKind(column.type, from.type)) continue;
      cases.push_back(plan::Function("=", {as_it_is, LiteralOf(from)}));
      cases.push_back(plan::Cast(LiteralOf(to), column.type));
    }
    const bool is_named =
        node.columns.empty() || Names(node.columns, input->scope, column.name) ||
        (node.columns.size() == 1 && node.columns[0] == "*");
    if (cases.empty() || !is_named) {
      columns.push_back(as_it_is);
      continue;
    }
    cases.push_back(as_it_is);
    columns.push_back(plan::Alias(plan::Function("when", std::move(cases)), column.name));
  }
  return AnalyzeNode(ProjectOf(std::move(columns)), input);
}

namespace {

// One statistic of a column as text; null where the column has none.
base::Result<ExpressionPtr> Statistic(const std::string& name, const ScopeColumn& column) {
  const ExpressionPtr value = ColumnOf(column);
  const ExpressionPtr number =
      column.type.isNumeric() ? value
                              : plan::Cast(value, DataType(DoubleType()), ex::CastMode::kTry);
  ExpressionPtr statistic;
  if (name == "count") {
    statistic = plan::Function("count", {value});
  } else if (name == "count_distinct") {
    ex::UnresolvedFunction call;
    call.name = "count";
    call.args = {value};
    call.is_distinct = true;
    statistic = plan::MakeExpression(std::move(call));
  } else if (name == "approx_count_distinct") {
    statistic = plan::Function("approx_count_distinct", {value});
  } else if (name == "mean" || name == "stddev") {
    statistic = plan::Function(name == "mean" ? "avg" : "stddev", {number});
  } else if (name == "min" || name == "max") {
    statistic = plan::Function(name, {value});
  } else if (name.ends_with("%")) {
    char* end = nullptr;
    const double percent = std::strtod(name.c_str(), &end);
    if (end == nullptr || *end != '%' || percent < 0 || percent > 100) {
      return base::Status::InvalidArgument("Unable to parse " + name +
                                           " as a percentage: Percentiles must be in the range "
                                           "[0, 100]")
          .WithSparkError({.exception_class = "IllegalArgumentException",
                           .condition = "",
                           .sql_state = "",
                           .parameters = {}});
    }
    statistic = plan::Function("percentile_approx", {number, plan::Literal(percent / 100)});
  } else {
    return base::Status::InvalidArgument(name + " is not a recognised statistic")
        .WithSparkError({.exception_class = "IllegalArgumentException",
                         .condition = "",
                         .sql_state = "",
                         .parameters = {}});
  }
  return plan::Cast(statistic, DataType(StringType()));
}

}  // namespace

base::Result<AnalyzedRelationPtr> RelationAnalyzer::Statistics(
    const std::vector<std::string>& statistics, const std::vector<std::string>& names,
    const AnalyzedRelationPtr& input) {
  MILLRACE_RETURN_IF_ERROR(CheckNames(names, input->scope));
  std::vector<const ScopeColumn*> chosen;
  for (const ScopeColumn& column : input->scope.columns) {
    const bool fits = column.type.isNumeric() || column.type.is(Kind::kString);
    if (fits && (names.empty() || Names(names, input->scope, column.name))) {
      chosen.push_back(&column);
    }
  }
  // All statistics in one row, then one row for each.
  std::vector<ExpressionPtr> aggregates;
  std::vector<ExpressionPtr> stack = {
      plan::Literal(static_cast<std::int32_t>(statistics.size()))};
  for (const std::string& statistic : statistics) {
    stack.push_back(plan::Literal(statistic));
    for (const ScopeColumn* column : chosen) {
      MILLRACE_ASSIGN_OR_RETURN(const ExpressionPtr value, Statistic(statistic, *column));
      const std::string name = "s" + std::to_string(aggregates.size());
      aggregates.push_back(plan::Alias(value, name));
      stack.push_back(plan::Column(name));
    }
  }
  AnalyzedRelationPtr row = input;
  if (!aggregates.empty()) {
    MILLRACE_ASSIGN_OR_RETURN(row, AnalyzeNode(ProjectOf(std::move(aggregates)), input));
  } else {
    MILLRACE_ASSIGN_OR_RETURN(row, AnalyzeNode(rel::OneRow{}));
  }
  std::vector<std::string> columns = {"summary"};
  for (const ScopeColumn* column : chosen) columns.push_back(column->name);
  ex::Alias alias{plan::Function("stack", std::move(stack)), std::move(columns), std::nullopt};
  return AnalyzeNode(ProjectOf({plan::MakeExpression(std::move(alias))}), row);
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::Summary& node,
                                                                const AnalyzedRelationPtr& input) {
  std::vector<std::string> statistics = node.statistics;
  if (statistics.empty()) {
    statistics = {"count", "mean", "stddev", "min", "25%", "50%", "75%", "max"};
  }
  return Statistics(statistics, {}, input);
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::Describe& node,
                                                                const AnalyzedRelationPtr& input) {
  return Statistics({"count", "mean", "stddev", "min", "max"}, node.columns, input);
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::Covariance& node,
                                                                const AnalyzedRelationPtr& input) {
  return AnalyzeNode(ProjectOf({plan::Alias(
                         plan::Function("covar_samp", {plan::Column(node.column1),
                                                       plan::Column(node.column2)}),
                         "cov")}),
                     input);
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::Correlation& node,
                                                                const AnalyzedRelationPtr& input) {
  if (node.method.value_or("pearson") != "pearson") {
    return NotPossibleHere("Correlation by " + *node.method, "Use pearson.");
  }
  return AnalyzeNode(
      ProjectOf({plan::Alias(plan::Function("corr", {plan::Column(node.column1),
                                                     plan::Column(node.column2)}),
                             "corr")}),
      input);
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::ApproxQuantile& node,
                                                                const AnalyzedRelationPtr& input) {
  std::vector<data::Value> probabilities;
  for (const double one : node.probabilities) probabilities.push_back(data::Value::Double(one));
  const ExpressionPtr all =
      plan::Literal(data::Value::List(probabilities), ArrayType(DoubleType(), false));
  const double accuracy = node.relative_error <= 0 ? 10000 : std::ceil(1 / node.relative_error);
  std::vector<ExpressionPtr> quantiles;
  for (const std::string& column : node.columns) {
    quantiles.push_back(plan::Function(
        "percentile_approx", {plan::Cast(plan::Column(column), DataType(DoubleType())), all,
                              plan::Literal(static_cast<std::int32_t>(accuracy))}));
  }
  return AnalyzeNode(
      ProjectOf({plan::Alias(plan::Function("array", std::move(quantiles)), "approx_quantile")}),
      input);
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::SampleBy& node,
                                                                const AnalyzedRelationPtr& input) {
  std::vector<ExpressionPtr> cases;
  for (const auto& [value, fraction] : node.fractions) {
    cases.push_back(plan::Function("<=>", {node.column, LiteralOf(value)}));
    cases.push_back(plan::Literal(fraction));
  }
  if (cases.empty()) {
    return AnalyzeNode(rel::Filter{nullptr, plan::Literal(false)}, input);
  }
  cases.push_back(plan::Literal(0.0));
  const ExpressionPtr random = plan::Function("rand", {plan::Literal(node.seed.value_or(0))});
  return AnalyzeNode(
      rel::Filter{nullptr,
                  plan::Function("<", {random, plan::Function("when", std::move(cases))})},
      input);
}

}  // namespace millrace::analysis
