#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "processor/duckdb/batch_writer.h"
#include "processor/duckdb/carrier.h"
#include "processor/duckdb/evaluator.h"
#include "processor/duckdb/flat_plan.h"
#include "processor/duckdb/random_functions.h"
#include "processor/duckdb/sql_text.h"

namespace millrace::processor::duckdb {
namespace {

using Kind = DataType::Kind;
using plan::BoundExpression;
using plan::BoundExpressionPtr;

bool IsFloating(const DataType& type) { return type.is(Kind::kFloat) || type.is(Kind::kDouble); }

/// Arithmetic that DuckDB does as Spark does, overflow included (batch_session.cc knows its error).
bool IsSqlArithmetic(const plan::Call& call) {
  const std::string& name = call.function;
  if (name == "&" || name == "|") {
    return call.args[0]->type.isIntegral() && call.args[0]->type == call.args[1]->type;
  }
  if (name != "+" && name != "-" && name != "*" && name != "%" && name != "/") return false;
  if (call.args.size() != 2 || call.options.contains("eval")) return false;
  const DataType& type = call.args[0]->type;
  if (!(type == call.args[1]->type)) return false;
  const auto* divisor = std::get_if<plan::Constant>(&call.args[1]->node);
  if (name == "%") {
    return type.isIntegral() && divisor != nullptr && divisor->value.is_int() &&
           divisor->value.int_value() > 0;
  }
  if (name == "/") {
    return type.is(Kind::kDouble) && divisor != nullptr && divisor->value.is_double() &&
           divisor->value.double_value() != 0;
  }
  return type.is(Kind::kInteger) || type.is(Kind::kLong) || IsFloating(type);
}

bool IsSqlCall(const plan::Call& call) {
  const std::string& name = call.function;
  if (name == "case_when" || name == "if" || name == "coalesce" || name == "and" || name == "or" ||
      name == "not" || name == "isnull" || name == "isnotnull" || name == "struct") {
    return true;
  }
  if (IsSqlArithmetic(call)) return true;
  return (IsComparison(name) || name == "in") && !IsNested(call.args[0]->type);
}

bool IsSqlCast(const BoundExpression& expression) {
  const auto* cast = std::get_if<plan::CastTo>(&expression.node);
  return cast != nullptr && cast->child->type.isNumeric() && expression.type.isNumeric() &&
         IsWidening(cast->child->type, expression.type);
}

/// Columns and their fields: what a native function takes as it is.
bool IsPlace(const BoundExpression& expression) {
  if (const auto* field = std::get_if<plan::GetField>(&expression.node)) {
    return IsPlace(*field->child);
  }
  return std::holds_alternative<plan::ColumnRef>(expression.node) ||
         std::holds_alternative<plan::OuterColumn>(expression.node);
}

/// What the native evaluator leaves to SQL.
bool IsForeign(const BoundExpression& expression) {
  if (IsPlace(expression) || std::holds_alternative<plan::Subquery>(expression.node)) return true;
  return !Evaluator::Handles(expression);
}

void Conjuncts(const BoundExpressionPtr& expression, std::vector<BoundExpressionPtr>* out) {
  const auto* call = std::get_if<plan::Call>(&expression->node);
  if (call == nullptr || call->function != "and") return out->push_back(expression);
  for (const BoundExpressionPtr& arg : call->args) Conjuncts(arg, out);
}

/// Draws the border between a native subtree and what SQL computes for it.
class Border {
 public:
  template <typename AddArgument>
  base::Result<BoundExpressionPtr> Cut(const BoundExpressionPtr& expression, bool in_lambda,
                                       const AddArgument& add) {
    in_lambda |= std::holds_alternative<plan::Lambda>(expression->node);
    // In a lambda there is no SQL: of its body only the places around it are arguments.
    const bool is_argument = in_lambda ? IsPlace(*expression) : IsForeign(*expression);
    if (is_argument) {
      MILLRACE_ASSIGN_OR_RETURN(int index, add(expression));
      return MakeColumnRef(index, expression->type, expression->nullable, expression->text);
    }
    std::vector<BoundExpressionPtr> children = Children(*expression);
    if (children.empty()) return expression;
    for (BoundExpressionPtr& child : children) {
      MILLRACE_ASSIGN_OR_RETURN(child, Cut(child, in_lambda, add));
    }
    return WithChildren(*expression, std::move(children));
  }
};

}  // namespace

base::Result<std::string> BatchWriter::Expression(const BoundExpressionPtr& expression) {
  if (const auto* column = std::get_if<plan::ColumnRef>(&expression->node)) {
    return columns_[static_cast<std::size_t>(column->index)];
  }
  if (const auto* column = std::get_if<plan::OuterColumn>(&expression->node)) {
    const std::size_t depth = static_cast<std::size_t>(column->depth);
    if (depth == 0 || depth > outer_.size()) {
      return base::Status::Internal(fmt::format("{}: no query around it", expression->text));
    }
    return outer_[outer_.size() - depth][static_cast<std::size_t>(column->index)];
  }
  if (const auto* constant = std::get_if<plan::Constant>(&expression->node)) {
    MILLRACE_RETURN_IF_ERROR(CarrierArrowType(expression->type).status());
    return CarrierLiteral(constant->value, expression->type);
  }
  if (const auto* field = std::get_if<plan::GetField>(&expression->node)) {
    MILLRACE_ASSIGN_OR_RETURN(std::string parent, Expression(field->child));
    return fmt::format("struct_extract({}, 's{}')", parent, field->index);
  }
  if (const auto* subquery = std::get_if<plan::Subquery>(&expression->node)) {
    return SubqueryText(*subquery);
  }
  if (IsSqlCast(*expression)) {
    MILLRACE_ASSIGN_OR_RETURN(std::string child,
                              Expression(std::get<plan::CastTo>(expression->node).child));
    return fmt::format("CAST({} AS {})", child, CarrierSql(expression->type));
  }
  if (const auto* call = std::get_if<plan::Call>(&expression->node)) {
    if (call->function == "current_timestamp") {
      return CarrierLiteral(data::Value::Int(timestamp_us_), expression->type);
    }
    if (call->function == "spark_partition_id") return std::string("CAST(0 AS INTEGER)");
    if (IsSqlCall(*call)) return Operator(*expression, *call);
  }
  return Native(expression);
}

base::Result<BatchWriter::Texts> BatchWriter::Expressions(
    const std::vector<BoundExpressionPtr>& expressions) {
  Texts texts;
  for (const BoundExpressionPtr& expression : expressions) {
    MILLRACE_ASSIGN_OR_RETURN(std::string text, Expression(expression));
    texts.push_back(std::move(text));
  }
  return texts;
}

base::Result<std::string> BatchWriter::Operator(const BoundExpression& expression,
                                                const plan::Call& call) {
  const std::string& name = call.function;
  MILLRACE_RETURN_IF_ERROR(CarrierArrowType(expression.type).status());
  MILLRACE_ASSIGN_OR_RETURN(Texts args, Expressions(call.args));
  if (name == "and" || name == "or") {
    if (CanFail(*call.args[1])) return OrderedText(args[0], args[1], name == "and");
    return fmt::format("(({}) {} ({}))", args[0], name == "and" ? "AND" : "OR", args[1]);
  }
  if (name == "not") return fmt::format("(NOT ({}))", args[0]);
  if (name == "isnull") return fmt::format("(({}) IS NULL)", args[0]);
  if (name == "isnotnull") return fmt::format("(({}) IS NOT NULL)", args[0]);
  if (name == "in") return InText(args, CanFail(expression));
  if (IsComparison(name)) return ComparisonText(name, args);
  if (name == "coalesce") return CoalesceText(CarrierSql(expression.type), args);
  if (name == "case_when" || name == "if") return CaseText(CarrierSql(expression.type), args);
  if (name == "struct") {
    std::string text;
    for (std::size_t i = 0; i < args.size(); ++i) {
      text += fmt::format("{}'s{}': {}", i > 0 ? ", " : "", i, args[i]);
    }
    if (args.empty()) text = "'s0': CAST(NULL AS BOOLEAN)";
    return "{" + text + "}";
  }
  return fmt::format("(({}) {} ({}))", args[0], name, args[1]);
}

base::Result<std::string> BatchWriter::SubqueryText(const plan::Subquery& subquery) {
  MILLRACE_ASSIGN_OR_RETURN(Texts values, Expressions(subquery.values));
  outer_.push_back(columns_);
  Texts columns = std::move(columns_);
  auto query = Relation(*subquery.query);
  columns_ = std::move(columns);
  outer_.pop_back();
  if (!query.ok()) return query.status();
  switch (subquery.kind) {
    case plan::Subquery::Kind::kScalar:
      return fmt::format("({})", *query);
    case plan::Subquery::Kind::kExists:
      return fmt::format("EXISTS ({})", *query);
    case plan::Subquery::Kind::kIn:
      break;
  }
  if (values.size() == 1) return fmt::format("(({}) IN ({}))", values[0], *query);
  // DuckDB's own IN of rows gives null where one pair of fields already differs.
  Input input = Named(*query, values.size());
  Texts equal;
  Texts not_different;
  bool nullable = false;
  for (std::size_t i = 0; i < values.size(); ++i) {
    equal.push_back(fmt::format("(({}) = {})", values[i], input.columns[i]));
    not_different.push_back(fmt::format("({} IS NOT FALSE)", equal.back()));
    nullable |= subquery.values[i]->nullable || subquery.query->schema[i].nullable;
  }
  const std::string found = fmt::format("EXISTS (SELECT 1 FROM {} WHERE {})", input.from,
                                        JoinTexts(equal, " AND "));
  if (!nullable) return found;
  return fmt::format("CASE WHEN {} THEN TRUE WHEN EXISTS (SELECT 1 FROM {} WHERE {}) THEN NULL ELSE "
                     "FALSE END",
                     found, input.from, JoinTexts(not_different, " AND "));
}

base::Result<std::string> BatchWriter::AddFunction(BoundExpressionPtr expression, const Texts& args,
                                                   std::vector<DataType> types) {
  for (const DataType& type : types) MILLRACE_RETURN_IF_ERROR(CarrierArrowType(type).status());
  MILLRACE_RETURN_IF_ERROR(CarrierArrowType(expression->type).status());
  NativeFunction function;
  function.name = Fresh("millrace_");
  const bool is_random = IsRandom(*expression);
  plan_.in_order |= is_random;
  function.is_volatile = CanFail(*expression) || is_random;
  function.expression = std::move(expression);
  function.arg_types = std::move(types);
  std::string text = fmt::format("{}({})", function.name, JoinTexts(args, ", "));
  plan_.functions.push_back(std::move(function));
  return text;
}

base::Result<std::string> BatchWriter::Native(const BoundExpressionPtr& expression) {
  if (!Evaluator::Handles(*expression)) {
    const auto* call = std::get_if<plan::Call>(&expression->node);
    return base::Status::Unsupported(
        fmt::format("{}: function {} is not supported for these types", expression->text,
                    call == nullptr ? "?" : call->function));
  }
  Texts args;
  std::vector<DataType> types;
  auto add = [&](const BoundExpressionPtr& part) -> base::Result<int> {
    MILLRACE_ASSIGN_OR_RETURN(std::string text, Expression(part));
    const auto known = std::find(args.begin(), args.end(), text);
    if (known != args.end()) return static_cast<int>(known - args.begin());
    args.push_back(std::move(text));
    types.push_back(part->type);
    return static_cast<int>(args.size()) - 1;
  };
  MILLRACE_ASSIGN_OR_RETURN(BoundExpressionPtr cut, Border().Cut(expression, false, add));
  return AddFunction(std::move(cut), args, std::move(types));
}

base::Result<std::string> BatchWriter::NativeCall(std::string_view function,
                                                  const std::vector<Typed>& args,
                                                  const DataType& type, std::string text) {
  plan::Call call{std::string(function), {}, {}};
  Texts texts;
  std::vector<DataType> types;
  for (const Typed& arg : args) {
    call.args.push_back(MakeColumnRef(static_cast<int>(texts.size()), arg.type, true, arg.text));
    texts.push_back(arg.text);
    types.push_back(arg.type);
  }
  auto expression = std::make_shared<BoundExpression>();
  expression->type = type;
  expression->node = std::move(call);
  expression->text = std::move(text);
  return AddFunction(std::move(expression), texts, std::move(types));
}

base::Result<std::string> BatchWriter::OrderKey(const BoundExpressionPtr& expression) {
  MILLRACE_ASSIGN_OR_RETURN(std::string text, Expression(expression));
  if (!IsNested(expression->type)) return text;
  return NativeCall("$order_key", {{std::move(text), expression->type}}, BinaryType(),
                    expression->text);
}

base::Result<std::string> BatchWriter::All(const std::vector<BoundExpressionPtr>& conditions) {
  std::string text;
  for (const BoundExpressionPtr& condition : conditions) {
    MILLRACE_ASSIGN_OR_RETURN(std::string next, Expression(condition));
    if (text.empty()) {
      text = std::move(next);
    } else if (CanFail(*condition)) {
      text = OrderedText(text, next, true);
    } else {
      text = fmt::format("({}) AND ({})", text, next);
    }
  }
  return text;
}

base::Result<std::string> BatchWriter::JoinCondition(const plan::Join& node) {
  if (node.condition == nullptr) return std::string("TRUE");
  // What can fail comes last, and only for pairs that all others let through: those stay plain, so
  // that DuckDB can join by them.
  std::vector<BoundExpressionPtr> all;
  Conjuncts(node.condition, &all);
  std::stable_partition(all.begin(), all.end(), [](const auto& part) { return !CanFail(*part); });
  return All(all);
}

base::Result<std::string> BatchWriter::Write(const plan::Filter& node, const StructType& schema) {
  MILLRACE_ASSIGN_OR_RETURN(Input input, InputOf(*node.input));
  columns_ = input.columns;
  std::vector<BoundExpressionPtr> safe;
  Conjuncts(node.condition, &safe);
  const auto first_failing =
      std::find_if(safe.begin(), safe.end(), [](const auto& part) { return CanFail(*part); });
  const std::vector<BoundExpressionPtr> failing(first_failing, safe.end());
  safe.erase(first_failing, safe.end());
  MILLRACE_ASSIGN_OR_RETURN(std::string where, All(safe));
  if (!where.empty()) where = " WHERE " + where;
  if (failing.empty()) {
    return fmt::format("SELECT {} FROM {}{}", Columns(input.columns), input.from, where);
  }
  // Computed as a column first: DuckDB does not move a volatile column below other filters, which
  // it might do with a condition.
  MILLRACE_ASSIGN_OR_RETURN(std::string condition, All(failing));
  Input checked = Named(fmt::format("SELECT {}, {} AS passes FROM {}{}", Columns(input.columns),
                                    condition, input.from, where),
                        schema.size());
  return fmt::format("SELECT {} FROM {} WHERE passes", Columns(checked.columns), checked.from);
}

}  // namespace millrace::processor::duckdb
