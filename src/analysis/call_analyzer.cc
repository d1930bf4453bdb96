// Calls of functions, by name.

#include <array>
#include <utility>

#include "analysis/chance.h"
#include "analysis/error_messages.h"
#include "analysis/expression_analyzer.h"
#include "analysis/named_arguments.h"
#include "analysis/relation_analyzer.h"
#include "analysis/rewrite.h"
#include "analysis/type_rules.h"
#include "sql/parser.h"

namespace millrace::analysis {
namespace {

using plan::ExpressionPtr;
namespace ex = plan::expression;

constexpr int kMaxDepth = 500;

base::Status UnresolvedRoutine(const std::string& name) {
  auto parts = ParseName(name);
  return AnalysisError(
      "UNRESOLVED_ROUTINE",
      {{"routineName", parts.ok() ? QuoteName(*parts) : QuoteName(name)},
       {"searchPath", "[`system`.`builtin`, `system`.`session`, `spark_catalog`.`default`]"}});
}

bool IsKnown(const std::string& name) {
  return FindFunction(name) != nullptr || FindAggregate(name) != nullptr ||
         FindWindowFunction(name) != nullptr || FindGenerator(name) != nullptr ||
         name == "grouping" || name == "grouping_id";
}

bool SparkKnows(const std::string& name) { return IsKnown(name) || SparkHasFunction(name); }

// The first call of an aggregate function at or below one of these.
const plan::Expression* FirstAggregate(const std::vector<ExpressionPtr>& expressions) {
  for (const ExpressionPtr& expression : expressions) {
    const std::string* name = nullptr;
    if (const auto* call = expression->As<ex::UnresolvedFunction>()) name = &call->name;
    if (const auto* call = expression->As<ex::CallFunction>()) name = &call->name;
    if (name != nullptr && FindAggregate(RegistryName(*name)) != nullptr) return expression.get();
    if (const auto* below = FirstAggregate(ChildrenOf(*expression))) return below;
  }
  return nullptr;
}

base::Status UnsupportedSyntax(const std::string& name, std::string_view syntax) {
  return AnalysisError("INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX",
                       {{"prettyName", QuoteName(name)}, {"syntax", std::string(syntax)}});
}

// A column like that of the generator, for the text of the expression that may not hold it.
Resolved StandIn(const Resolved& generator) {
  const auto& fields = generator.bound->type.fields();
  return Resolved::Unnamed(MakeColumn(0, fields.empty() ? DataType() : fields[0].dataType, true,
                                      generator.bound->text));
}

base::Status NestedGenerator(const FunctionSpec* spec, FunctionCall call,
                             const std::string& operator_name) {
  for (Resolved& arg : call.args) {
    if (arg.bound != nullptr && AsGenerator(*arg.bound) != nullptr) arg = StandIn(arg);
  }
  std::string text = CallText(call.name, call.BoundArgs());
  if (spec != nullptr) {
    const auto bound = Bind(*spec, call);
    if (bound.ok()) text = (*bound)->text;
  }
  if (operator_name == "Filter" || operator_name == "Sort") {
    return AnalysisError("UNSUPPORTED_GENERATOR.OUTSIDE_SELECT",
                         {{"plan", "'" + operator_name + " " + text}});
  }
  return AnalysisError("UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS",
                       {{"expression", QuoteSql(text)}});
}

bool HoldsGenerator(const std::vector<Resolved>& args) {
  for (const Resolved& arg : args) {
    if (arg.bound != nullptr && AsGenerator(*arg.bound) != nullptr) return true;
  }
  return false;
}

}  // namespace

std::string RegistryName(const std::string& name) {
  constexpr std::array<std::string_view, 3> kPrefixes = {"system.builtin.", "builtin.", "system."};
  std::string lower = LowerCase(name);
  for (const std::string_view prefix : kPrefixes) {
    if (lower.starts_with(prefix)) return lower.substr(prefix.size());
  }
  return lower;
}

base::Result<ExpressionPtr> ParseText(const std::string& text) {
  return sql::ParseExpression(text);
}

base::Status ExpressionAnalyzer::CheckFunctions(const ExpressionPtr& expression) {
  if (++depth_ > kMaxDepth) {
    return NotPossibleHere(
        "An expression of more than " + std::to_string(kMaxDepth) + " levels",
        "Give intermediate results a name with withColumn, or use isin() for a "
        "long chain of or.");
  }
  const std::string* name = nullptr;
  bool is_by_name = false;
  if (const auto* call = expression->As<ex::UnresolvedFunction>()) {
    name = &call->name;
    is_by_name = call->is_from_text;
  }
  if (const auto* call = expression->As<ex::CallFunction>()) {
    name = &call->name;
    is_by_name = true;
  }
  // Spark's registry has no such name; its DataFrame function makes the aggregate itself.
  const bool is_hidden = is_by_name && RegistryName(*name) == "product";
  if (is_hidden || (name != nullptr && !SparkKnows(RegistryName(*name)))) {
    return At(expression->origin, UnresolvedRoutine(*name));
  }
  if (name != nullptr && !IsKnown(RegistryName(*name))) {
    return NotPossibleHere("The function `" + RegistryName(*name) + "`",
                           "docs/functions.md lists the functions that there are.");
  }
  for (const ExpressionPtr& child : ChildrenOf(*expression)) {
    if (child != nullptr) MILLRACE_RETURN_IF_ERROR(CheckFunctions(child));
  }
  --depth_;
  return base::Status::Ok();
}

base::Result<Resolved> ExpressionAnalyzer::ResolveNode(const ex::UnresolvedFunction& node) {
  return ResolveCall(node, false);
}

base::Result<Resolved> ExpressionAnalyzer::ResolveNode(const ex::CallFunction& node) {
  ex::UnresolvedFunction call;
  call.name = node.name;
  call.args = node.args;
  return ResolveCall(call, false);
}

base::Result<Resolved> ExpressionAnalyzer::ResolveNode(const ex::ExpressionString& node) {
  MILLRACE_ASSIGN_OR_RETURN(const ExpressionPtr parsed, ParseText(node.text));
  parsed_.push_back(parsed);
  MILLRACE_RETURN_IF_ERROR(CheckFunctions(parsed));
  return Resolve(parsed);
}

base::Result<std::vector<Resolved>> ExpressionAnalyzer::ResolveArguments(
    const std::vector<ExpressionPtr>& args) {
  std::vector<Resolved> resolved;
  for (const ExpressionPtr& arg : args) {
    if (const auto* star = arg->As<ex::UnresolvedStar>()) {
      auto expanded = ExpandStar(*star);
      if (!expanded.ok()) return At(arg->origin, expanded.status());
      for (Resolved& column : *expanded) {
        if (column.kind == Resolved::Kind::kAlias) {
          column.bound = WithText(column.bound, column.bound->text + " AS " + column.name);
        }
        resolved.push_back(std::move(column));
      }
      continue;
    }
    const auto* lambda = arg->As<ex::LambdaFunction>();
    MILLRACE_ASSIGN_OR_RETURN(auto one,
                              lambda == nullptr ? Resolve(arg) : MakeLambdaArgument(*lambda));
    resolved.push_back(std::move(one));
  }
  return resolved;
}

base::Result<Resolved> ExpressionAnalyzer::ResolveCall(const ex::UnresolvedFunction& node,
                                                       bool is_windowed) {
  const std::string name = RegistryName(node.name);
  if (const AggregateSpec* spec = FindAggregate(name); spec != nullptr) {
    // Some names are a scalar function too; it has another number of arguments.
    return ResolveAggregate(*spec, node, is_windowed);
  }
  const FunctionSpec* window = FindWindowFunction(name);
  if (node.is_distinct) return UnsupportedSyntax(name, "DISTINCT");
  if (node.filter != nullptr) return UnsupportedSyntax(name, "FILTER CLAUSE");
  if (!node.within_group.empty()) return UnsupportedSyntax(name, "WITHIN GROUP (ORDER BY ...)");
  if (node.ignore_nulls.value_or(false) && window == nullptr) {
    return UnsupportedSyntax(name, "IGNORE NULLS");
  }
  const FunctionSpec* generator = FindGenerator(name);
  const FunctionSpec* spec = generator != nullptr ? generator : FindFunction(name);
  if (window != nullptr) spec = window;
  FunctionCall call{
      .name = name, .args = {}, .time_zone = context_.time_zone, .ansi = context_.ansi};
  MILLRACE_ASSIGN_OR_RETURN(const auto given, ArgumentsInOrder(name, node.args));
  MILLRACE_ASSIGN_OR_RETURN(call.args, ResolveArguments(given));
  if (HoldsGenerator(call.args)) return NestedGenerator(spec, std::move(call), operator_name_);
  if (name == "grouping" || name == "grouping_id") {
    const bool one = name == "grouping";
    if (one) MILLRACE_RETURN_IF_ERROR(CheckArgumentCount(1, 1, call));
    return Resolved::Unnamed(MakeCall(name, call.BoundArgs(),
                                      one ? DataType(ByteType()) : DataType(LongType()), false,
                                      CallText(name, call.BoundArgs())));
  }
  if (spec == nullptr) return UnresolvedRoutine(node.name);
  MILLRACE_ASSIGN_OR_RETURN(BoundExpressionPtr bound, Bind(*spec, call));
  if (const auto text = SessionText(name, context_)) {
    bound = MakeConstant(data::Value::Bytes(*text), StringType(), bound->text);
  }
  if (IsFileFunction(*bound)) {
    MILLRACE_ASSIGN_OR_RETURN(bound, OfFile(bound));
  }
  if (window == nullptr) return Resolved::Unnamed(std::move(bound));
  if (!is_windowed) {
    return AnalysisError("WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE",
                         {{"funcName", QuoteSql(bound->text)}});
  }
  if (node.ignore_nulls.value_or(false)) {
    plan::BoundExpression copy = *bound;
    std::get<plan::Call>(copy.node).options["ignore_nulls"] = "true";
    bound = std::make_shared<const plan::BoundExpression>(std::move(copy));
  }
  return Resolved::Unnamed(std::move(bound));
}

base::Result<Resolved> ExpressionAnalyzer::ResolveAggregate(const AggregateSpec& spec,
                                                            const ex::UnresolvedFunction& node,
                                                            bool is_windowed) {
  AggregateInput input;
  input.call = FunctionCall{.name = RegistryName(node.name),
                            .args = {},
                            .time_zone = context_.time_zone,
                            .ansi = context_.ansi};
  input.distinct = node.is_distinct;
  input.ignore_nulls = node.ignore_nulls;
  ++aggregates_around_;
  const bool counts_rows = spec.name == "count" && node.args.size() == 1 && !node.is_distinct &&
                           node.args[0]->As<ex::UnresolvedStar>() != nullptr &&
                           !node.args[0]->As<ex::UnresolvedStar>()->target;
  MILLRACE_RETURN_IF_ERROR(ArgumentsInOrder(RegistryName(node.name), node.args).status());
  auto args = ResolveArguments(counts_rows ? std::vector<ExpressionPtr>() : node.args);
  if (!args.ok()) return args.status();
  input.call.args = *std::move(args);
  MILLRACE_ASSIGN_OR_RETURN(input.within_group, ResolveOrder(node.within_group));
  if (node.filter != nullptr) {
    MILLRACE_ASSIGN_OR_RETURN(const Resolved filter, Resolve(node.filter));
    input.filter = filter.bound;
    if (HoldsAggregate(*filter.bound)) {
      return AnalysisError("INVALID_AGGREGATE_FILTER.CONTAINS_AGGREGATE",
                           {{"filterExpr", QuoteSql(filter.bound->text)}});
    }
  }
  --aggregates_around_;
  if (HoldsGenerator(input.call.args)) {
    return NestedGenerator(nullptr, std::move(input.call), operator_name_);
  }
  for (const plan::SortKey& key : input.within_group) {
    input.within_group_text += input.within_group_text.empty() ? " WITHIN GROUP (ORDER BY " : ", ";
    input.within_group_text += SortKeyText(key);
  }
  if (!input.within_group.empty()) input.within_group_text += ")";
  for (const Resolved& arg : input.call.args) {
    if (arg.bound == nullptr || is_windowed) continue;
    if (HoldsWindow(*arg.bound)) return AnalysisError("_LEGACY_ERROR_TEMP_1031", {});
    if (HoldsAggregate(*arg.bound)) {
      const plan::Expression* inner = FirstAggregate(node.args);
      const base::Status nested = AnalysisError("NESTED_AGGREGATE_FUNCTION", {});
      return inner == nullptr ? nested : At(inner->origin, nested);
    }
    if (!IsDeterministic(*arg.bound)) {
      const base::Status chance = AnalysisError(
          "AGGREGATE_FUNCTION_WITH_NONDETERMINISTIC_EXPRESSION",
          {{"sqlExpr", QuoteSql(CallText(input.call.name, input.call.BoundArgs()))}});
      const auto index = static_cast<std::size_t>(&arg - input.call.args.data());
      const bool as_given = node.args.size() == input.call.args.size();
      return as_given ? At(node.args[index]->origin, chance) : chance;
    }
  }
  if (spec.name == "count" && node.args.empty()) {
    return AnalysisError("WRONG_NUM_ARGS.WITH_SUGGESTION",
                         {{"functionName", "`count`"},
                          {"expectedNum", " >= 1"},
                          {"actualNum", "0"},
                          {"legacyNum", "0"},
                          {"legacyConfKey", "\"spark.sql.legacy.allowParameterlessCount\""},
                          {"legacyConfValue", "\"true\""}});
  }
  MILLRACE_ASSIGN_OR_RETURN(BoundExpressionPtr bound, Bind(spec, input));
  if (counts_rows) {
    std::string text = bound->text;
    bound = WithText(bound, text.replace(0, 7, "count(1)"));
  }
  return Resolved::Unnamed(std::move(bound));
}

base::Result<std::vector<plan::SortKey>> ExpressionAnalyzer::ResolveOrder(
    const std::vector<ex::SortOrder>& order) {
  std::vector<plan::SortKey> keys;
  for (const ex::SortOrder& one : order) {
    MILLRACE_ASSIGN_OR_RETURN(const Resolved resolved, Resolve(one.child));
    auto key = MakeSortKey(one, resolved.bound);
    if (!key.ok()) return At(one.origin, key.status());
    keys.push_back(*std::move(key));
  }
  return keys;
}

base::Result<plan::SortKey> MakeSortKey(const ex::SortOrder& order, BoundExpressionPtr bound) {
  plan::SortKey key;
  key.expression = std::move(bound);
  key.ascending = order.direction != ex::SortDirection::kDescending;
  key.nulls_first = order.null_ordering == ex::NullOrdering::kUnspecified
                        ? key.ascending
                        : order.null_ordering == ex::NullOrdering::kNullsFirst;
  if (!IsOrderable(key.expression->type)) {
    return TypeMismatch("INVALID_ORDERING_TYPE", SortKeyText(key),
                        {{"functionName", "`sortorder`"},
                         {"dataType", QuoteType(key.expression->type)}});
  }
  return key;
}

}  // namespace millrace::analysis
