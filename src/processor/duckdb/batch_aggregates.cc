#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "processor/duckdb/batch_writer.h"
#include "processor/duckdb/carrier.h"
#include "processor/duckdb/sql_text.h"

namespace millrace::processor::duckdb {

using Kind = DataType::Kind;
using plan::BoundExpression;
using plan::BoundExpressionPtr;

namespace {

/// Functions that DuckDB computes as Spark does, under its own name for them.
const std::map<std::string_view, std::string_view>& Plain() {
  static const std::map<std::string_view, std::string_view> names = {
      {"bit_and", "bit_and"},     {"bit_or", "bit_or"},       {"bit_xor", "bit_xor"},
      {"bool_and", "bool_and"},   {"every", "bool_and"},      {"bool_or", "bool_or"},
      {"any", "bool_or"},         {"some", "bool_or"},        {"mode", "mode"},
      {"stddev", "stddev_samp"},  {"stddev_samp", "stddev_samp"},
      {"std", "stddev_samp"},     {"stddev_pop", "stddev_pop"},
      {"variance", "var_samp"},   {"var_samp", "var_samp"},   {"var_pop", "var_pop"},
      {"covar_pop", "covar_pop"}, {"covar_samp", "covar_samp"},
      {"corr", "corr"},           {"product", "product"},     {"regr_count", "regr_count"},
      {"regr_avgx", "regr_avgx"}, {"regr_avgy", "regr_avgy"}, {"regr_sxx", "regr_sxx"},
      {"regr_syy", "regr_syy"},   {"regr_sxy", "regr_sxy"},   {"regr_slope", "regr_slope"},
      {"regr_intercept", "regr_intercept"},                   {"regr_r2", "regr_r2"},
  };
  return names;
}

/// Functions that a native one computes from all values that are not null.
const std::set<std::string_view>& OfLists() {
  static const std::set<std::string_view> names = {
      "percentile", "median",   "percentile_approx", "approx_percentile", "percentile_cont",
      "skewness",   "kurtosis", "listagg",           "string_agg",        "percentile_disc"};
  return names;
}

bool IsSpread(std::string_view name) {
  return name == "stddev_samp" || name == "stddev_pop" || name == "var_samp" || name == "var_pop";
}

bool IsConstant(const BoundExpression& expression) {
  if (std::holds_alternative<plan::ColumnRef>(expression.node) ||
      std::holds_alternative<plan::OuterColumn>(expression.node) ||
      std::holds_alternative<plan::Subquery>(expression.node)) {
    return false;
  }
  const auto children = plan::ChildrenOf(expression);
  return std::all_of(children.begin(), children.end(),
                     [](const BoundExpressionPtr& child) { return IsConstant(*child); });
}

bool IsMin(std::string_view name) { return name == "min" || name == "min_by"; }

}  // namespace

/// Writes one aggregate function, as an aggregation or over a window.
class AggregateWriter {
 public:
  AggregateWriter(BatchWriter* writer, const BoundExpression& expression, std::string over)
      : writer_(*writer),
        expression_(expression),
        call_(std::get<plan::AggregateCall>(expression.node)),
        name_(call_.function),
        over_(std::move(over)) {}

  base::Result<std::string> Write() {
    MILLRACE_RETURN_IF_ERROR(CarrierArrowType(expression_.type).status());
    MILLRACE_ASSIGN_OR_RETURN(args_, writer_.Expressions(call_.args));
    if (call_.filter != nullptr) {
      MILLRACE_ASSIGN_OR_RETURN(filter_, writer_.Expression(call_.filter));
    }
    MILLRACE_ASSIGN_OR_RETURN(order_, writer_.OrderBy(call_.order_by));
    auto eval = call_.options.find("eval");
    is_legacy_ = eval != call_.options.end() && eval->second == "legacy";
    is_try_ = (eval != call_.options.end() && eval->second == "try") || is_legacy_ ||
              name_.starts_with("try_");
    return Choose();
  }

 private:
  base::Result<std::string> Choose() {
    if (const auto plain = Plain().find(name_); plain != Plain().end()) {
      if (IsSpread(plain->second)) return Spread(plain->second);
      if (name_ == "corr") return Corr();
      if (name_ == "regr_slope" || name_ == "regr_intercept" || name_ == "regr_r2") {
        // One x only: no line, where DuckDB has NaN.
        return fmt::format("CASE WHEN {} <> 0 THEN {} END", Part("regr_sxx", Joined()),
                           Part(plain->second, Joined()));
      }
      return Cast(Part(plain->second, Joined()));
    }
    if (name_ == "count") return Count();
    if (name_ == "count_if") return Cast(Part("count", "*", args_[0]));
    if (name_ == "approx_count_distinct") return Cast(Part("count", "DISTINCT " + args_[0]));
    if (name_ == "sum" || name_ == "try_sum") return Sum();
    if (name_ == "avg" || name_ == "mean" || name_ == "try_avg") return Average();
    if (name_ == "min" || name_ == "max") return Extreme();
    if (name_ == "min_by" || name_ == "max_by") return ExtremeBy();
    if (name_ == "first" || name_ == "first_value" || name_ == "any_value") return Place("first");
    if (name_ == "last" || name_ == "last_value") return Place("last");
    if (name_ == "collect_list" || name_ == "array_agg") return Cast(List(call_.distinct));
    if (name_ == "collect_set") return Cast(List(true));
    if (OfLists().contains(name_)) return OfList();
    return base::Status::Unsupported(
        fmt::format("{}: aggregate function {} is not supported", expression_.text, name_));
  }

  std::string Joined() const {
    return (call_.distinct ? "DISTINCT " : "") + JoinTexts(args_, ", ");
  }

  // A call of one of DuckDB's aggregate functions over the rows that pass the filter.
  std::string Part(std::string_view function, const std::string& args,
                   const std::string& condition = "") const {
    std::string all = filter_;
    if (!condition.empty()) {
      all = all.empty() ? condition : fmt::format("({}) AND ({})", all, condition);
    }
    std::string text = fmt::format("{}({})", function, args);
    if (!all.empty()) text += fmt::format(" FILTER (WHERE {})", all);
    return text + over_;
  }

  base::Result<std::string> Corr() {
    return writer_.NativeCall(
        "$corr",
        {{Part("corr", Joined()), DoubleType()},
         {fmt::format("CAST({} AS BIGINT)", Part("regr_count", Joined())), LongType()},
         {Part("regr_sxx", Joined()), DoubleType()},
         {Part("regr_syy", Joined()), DoubleType()}},
        DoubleType(), expression_.text);
  }

  // DuckDB refuses what is not finite; for Spark the answer is NaN then.
  std::string Spread(std::string_view function) const {
    const std::string number = fmt::format("CAST({} AS DOUBLE)", args_[0]);
    const std::string is_finite = fmt::format("isfinite({})", number);
    return fmt::format(
        "CASE WHEN {} > 0 THEN CAST('nan' AS DOUBLE) ELSE {} END",
        Part("count", "*", fmt::format("NOT {}", is_finite)),
        Part(function, (call_.distinct ? "DISTINCT " : "") + number, is_finite));
  }

  std::string Cast(const std::string& text) const {
    return fmt::format("CAST({} AS {})", text, CarrierSql(expression_.type));
  }

  std::string Checked(const std::string& text) const {
    return fmt::format("{}({} AS {})", is_try_ ? "TRY_CAST" : "CAST", text,
                       CarrierSql(expression_.type));
  }

  // Rows in which all arguments are there.
  std::string Count() const {
    if (args_.empty()) return Cast(Part("count", "*"));
    if (args_.size() == 1) return Cast(Part("count", Joined()));
    std::string there;
    std::string fields;
    for (std::size_t i = 0; i < args_.size(); ++i) {
      there += fmt::format("{}({}) IS NOT NULL", i > 0 ? " AND " : "", args_[i]);
      fields += fmt::format("{}'s{}': {}", i > 0 ? ", " : "", i, args_[i]);
    }
    if (!call_.distinct) return Cast(Part("count", "*", there));
    return Cast(Part("count", fmt::format("DISTINCT {{{}}}", fields), there));
  }

  std::string Distinct(const std::string& arg) const {
    return (call_.distinct ? "DISTINCT " : "") + arg;
  }

  // DuckDB sums exactly in 128 bits; the cast finds what is too large.
  base::Result<std::string> Sum() {
    if (expression_.type.is(Kind::kDouble)) {
      return Cast(Part("sum", Distinct(fmt::format("CAST({} AS DOUBLE)", args_[0]))));
    }
    const std::string sum = Part("sum", Distinct(args_[0]));
    if (is_legacy_ && expression_.type.is(Kind::kLong)) {
      const DataType exact = DecimalType(38, 0);
      return writer_.NativeCall(
          "$low_bits", {{fmt::format("CAST({} AS {})", sum, CarrierSql(exact)), exact}}, LongType(),
          expression_.text);
    }
    return Checked(sum);
  }

  base::Result<std::string> Average() {
    const DataType& type = call_.args[0]->type;
    if (expression_.type.is(Kind::kDouble)) {
      return Cast(Part("avg", Distinct(fmt::format("CAST({} AS DOUBLE)", args_[0]))));
    }
    const std::string sum = Part("sum", Distinct(args_[0]));
    const std::string count = fmt::format("CAST({} AS BIGINT)", Part("count", Distinct(args_[0])));
    const DataType sum_type = DecimalType(38, type.is(Kind::kDecimal) ? type.scale() : 0);
    return writer_.NativeCall(is_try_ ? "$try_average" : "$average",
                              {{fmt::format("CAST({} AS {})", sum, CarrierSql(sum_type)), sum_type},
                               {count, LongType()}},
                              expression_.type, expression_.text);
  }

  base::Result<std::string> Extreme() {
    if (!IsNested(expression_.type)) return Cast(Part(name_, args_[0]));
    MILLRACE_ASSIGN_OR_RETURN(std::string key, writer_.OrderKey(call_.args[0]));
    return Cast(Part(IsMin(name_) ? "arg_min" : "arg_max", args_[0] + ", " + key,
                     fmt::format("({}) IS NOT NULL", args_[0])));
  }

  base::Result<std::string> ExtremeBy() {
    MILLRACE_ASSIGN_OR_RETURN(std::string key, writer_.OrderKey(call_.args[1]));
    // The value may be null, what it is chosen by may not.
    return Cast(Part(IsMin(name_) ? "arg_min_null" : "arg_max_null", args_[0] + ", " + key,
                     fmt::format("({}) IS NOT NULL", args_[1])));
  }

  base::Result<std::string> Place(std::string_view function) {
    auto ignore = call_.options.find("ignore_nulls");
    const bool ignores = ignore != call_.options.end() && ignore->second == "true";
    if (over_.empty()) {
      return Cast(Part(function, args_[0],
                       ignores ? fmt::format("({}) IS NOT NULL", args_[0]) : ""));
    }
    return Cast(Part(fmt::format("{}_value", function),
                     args_[0] + (ignores ? " IGNORE NULLS" : "")));
  }

  std::string List(bool distinct) const {
    const std::string list = Part("list", (distinct ? "DISTINCT " : "") + args_[0] + order_,
                                  fmt::format("({}) IS NOT NULL", args_[0]));
    return fmt::format("COALESCE({}, [])", list);
  }

  base::Result<std::string> OfList() {
    const DataType list = ArrayType(call_.args[0]->type, false);
    std::vector<BatchWriter::Typed> args = {
        {fmt::format("CAST({} AS {})", List(call_.distinct), CarrierSql(list)), list}};
    for (std::size_t i = 1; i < args_.size(); ++i) {
      // One value for all rows.
      if (!IsConstant(*call_.args[i])) {
        return base::Status::Unsupported(fmt::format(
            "{}: argument {} must be a constant", expression_.text, call_.args[i]->text));
      }
      args.push_back({args_[i], call_.args[i]->type});
    }
    std::string function = "$" + std::string(name_);
    if (auto order = call_.options.find("descending");
        order != call_.options.end() && order->second == "true") {
      function += "_descending";
    }
    return writer_.NativeCall(function, args, expression_.type, expression_.text);
  }

  BatchWriter& writer_;
  const BoundExpression& expression_;
  const plan::AggregateCall& call_;
  std::string_view name_;
  std::string over_;
  std::string filter_;
  std::string order_;  ///< Of the values that a list takes.
  std::vector<std::string> args_;
  bool is_try_ = false;
  bool is_legacy_ = false;  ///< spark.sql.ansi.enabled=false: sums of BIGINT wrap around.
};

base::Result<std::string> BatchWriter::AggregateText(const BoundExpression& expression,
                                                     const std::string& over) {
  return AggregateWriter(this, expression, over).Write();
}

base::Result<std::string> BatchWriter::Write(const plan::Aggregate& node, const StructType&) {
  MILLRACE_ASSIGN_OR_RETURN(Input input, InputOf(*node.input));
  columns_ = input.columns;
  // The keys first, as columns of their own: an expression is a key by its text only once.
  Texts inner = input.columns;
  for (const BoundExpressionPtr& grouping : node.groupings) {
    MILLRACE_ASSIGN_OR_RETURN(std::string key, Expression(grouping));
    const DataType& type = grouping->type;
    // -0.0 and 0.0 are one group, which shows as 0.0.
    if (type.is(Kind::kFloat) || type.is(Kind::kDouble)) {
      key = fmt::format("(({}) + CAST(0 AS {}))", key, CarrierSql(type));
    }
    inner.push_back(std::move(key));
  }
  Input keyed = Named(fmt::format("SELECT {} FROM {}", Columns(inner), input.from), inner.size());
  const auto first_key = keyed.columns.begin() + static_cast<std::ptrdiff_t>(input.columns.size());
  const Texts keys(first_key, keyed.columns.end());
  Texts outputs = keys;
  std::string tail;
  if (!node.grouping_sets.empty()) {
    outputs.push_back(keys.empty() ? "CAST(0 AS BIGINT)"
                                   : fmt::format("CAST(GROUPING({}) AS BIGINT)",
                                                 JoinTexts(keys, ", ")));
    Texts sets;
    for (const std::vector<int>& set : node.grouping_sets) {
      Texts members;
      for (int key : set) members.push_back(keys[static_cast<std::size_t>(key)]);
      sets.push_back("(" + JoinTexts(members, ", ") + ")");
    }
    // No rows, no groups; also not of the empty set.
    tail = fmt::format(" GROUP BY GROUPING SETS ({}) HAVING count(*) > 0", JoinTexts(sets, ", "));
  } else if (!keys.empty()) {
    tail = " GROUP BY " + JoinTexts(keys, ", ");
  }
  columns_ = keyed.columns;
  for (const BoundExpressionPtr& aggregate : node.aggregates) {
    MILLRACE_ASSIGN_OR_RETURN(std::string text, AggregateText(*aggregate, ""));
    outputs.push_back(std::move(text));
  }
  // Without any function an aggregation over everything still is one row.
  if (outputs.empty()) return fmt::format("SELECT count(*) > 0 AS nothing FROM {}", keyed.from);
  return fmt::format("SELECT {} FROM {}{}", Columns(outputs), keyed.from, tail);
}

}  // namespace millrace::processor::duckdb
