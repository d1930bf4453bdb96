#include "processor/duckdb/sql_plan.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "processor/duckdb/evaluator.h"
#include "processor/duckdb/flat_plan.h"
#include "processor/duckdb/sql_text.h"

namespace millrace::processor::duckdb {
namespace {

using Kind = DataType::Kind;
using plan::BoundExpression;
using plan::BoundExpressionPtr;

std::string Quoted(std::string_view name) {
  std::string out = "\"";
  for (char c : name) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + '"';
}

std::string LowerAscii(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

bool IsNested(const DataType& type) {
  return type.is(Kind::kArray) || type.is(Kind::kMap) || type.is(Kind::kStruct);
}

const plan::Call* AsCall(const BoundExpression& expression) {
  return std::get_if<plan::Call>(&expression.node);
}

// Operators that DuckDB evaluates as Spark does.
bool IsSqlOperator(const BoundExpression& expression) {
  const plan::Call* call = AsCall(expression);
  if (call == nullptr) return false;
  const std::string& name = call->function;
  if (name == "case_when" || name == "coalesce" || name == "and" || name == "or" || name == "not" ||
      name == "isnull" || name == "isnotnull") {
    return true;
  }
  return (IsComparison(name) || name == "in") && !IsNested(call->args[0]->type);
}

class Translator {
 public:
  base::Result<std::string> Translate(const BoundExpressionPtr& expression) {
    if (const auto* constant = std::get_if<plan::Constant>(&expression->node)) {
      if (!IsNested(expression->type)) return Parameter(constant->value, expression->type);
    }
    if (const auto* column = std::get_if<plan::ColumnRef>(&expression->node)) {
      if (!IsNested(expression->type)) return ScanColumn(column->index, expression->type);
    }
    if (const plan::Call* call = AsCall(*expression)) {
      if (call->function == "current_timestamp") return Parameter(std::nullopt, expression->type);
      if (IsSqlOperator(*expression)) return Operator(*expression, *call);
    }
    return Function(expression);
  }

  SqlPlan plan;

 private:
  int next_function_ = 0;

  base::Result<std::string> TypeName(const DataType& type) {
    std::optional<std::string> name = SqlTypeName(type);
    if (name) return *name;
    return base::Status::Unsupported(fmt::format(
        "values of type {} inside CASE, COALESCE or a condition are not supported", type.sql()));
  }

  base::Result<std::string> Parameter(std::optional<data::Value> value, const DataType& type) {
    MILLRACE_ASSIGN_OR_RETURN(std::string name, TypeName(type));
    if (value && value->is_null()) return fmt::format("CAST(NULL AS {})", name);
    plan.parameters.push_back({std::move(value), type});
    return fmt::format("CAST(${} AS {})", plan.parameters.size(), name);
  }

  base::Result<std::string> ScanColumn(int index, const DataType& type) {
    MILLRACE_RETURN_IF_ERROR(TypeName(type).status());
    auto known = std::find(plan.scan_columns.begin(), plan.scan_columns.end(), index);
    if (known == plan.scan_columns.end()) {
      plan.scan_columns.push_back(index);
      plan.scan_types.push_back(type);
    }
    return fmt::format("c{}", index);
  }

  base::Result<std::string> Operator(const BoundExpression& expression, const plan::Call& call) {
    const std::string& name = call.function;
    std::vector<std::string> args;
    for (const BoundExpressionPtr& arg : call.args) {
      MILLRACE_ASSIGN_OR_RETURN(std::string text, Translate(arg));
      args.push_back(std::move(text));
    }
    if (name == "and" || name == "or") {
      if (CanFail(expression)) return OrderedText(args[0], args[1], name == "and");
      return fmt::format("(({}) {} ({}))", args[0], name == "and" ? "AND" : "OR", args[1]);
    }
    if (name == "not") return fmt::format("(NOT ({}))", args[0]);
    if (name == "isnull") return fmt::format("(({}) IS NULL)", args[0]);
    if (name == "isnotnull") return fmt::format("(({}) IS NOT NULL)", args[0]);
    if (name == "in") return InText(args, CanFail(expression));
    if (IsComparison(name)) return ComparisonText(name, args);
    MILLRACE_ASSIGN_OR_RETURN(std::string type, TypeName(expression.type));
    return name == "coalesce" ? CoalesceText(type, args) : CaseText(type, args);
  }

  /// The part of a tree that one function evaluates: what needs SQL becomes its arguments.
  class Subtree {
   public:
    explicit Subtree(Translator* translator) : translator_(translator) {}

    base::Result<std::string> Call(const BoundExpressionPtr& root) {
      MILLRACE_RETURN_IF_ERROR(Scan(root));
      SqlFunction function;
      function.name = fmt::format("millrace_{}", translator_->next_function_++);
      function.batch_columns.assign(columns_.begin(), columns_.end());
      function.arg_types = arg_types_;
      function.expression = Rewrite(root, function.batch_columns);
      std::string text = function.name + "(rid";
      for (const std::string& arg : arg_texts_) text += ", " + arg;
      translator_->plan.functions.push_back(std::move(function));
      return text + ")";
    }

   private:
    bool IsForeign(const BoundExpression& expression) const {
      return !Evaluator::Handles(expression);
    }

    // A lambda's body is evaluated here as a whole: SQL does not see its variables.
    base::Status Scan(const BoundExpressionPtr& expression, bool in_lambda = false) {
      in_lambda |= std::holds_alternative<plan::Lambda>(expression->node);
      if (!in_lambda && IsForeign(*expression)) {
        MILLRACE_ASSIGN_OR_RETURN(std::string text, translator_->Translate(expression));
        MILLRACE_RETURN_IF_ERROR(translator_->TypeName(expression->type).status());
        arg_texts_.push_back(std::move(text));
        arg_types_.push_back(expression->type);
        return base::Status::Ok();
      }
      if (const auto* column = std::get_if<plan::ColumnRef>(&expression->node)) {
        columns_.insert(column->index);
      }
      for (const BoundExpressionPtr& child : Children(*expression)) {
        MILLRACE_RETURN_IF_ERROR(Scan(child, in_lambda));
      }
      return base::Status::Ok();
    }

    BoundExpressionPtr Rewrite(const BoundExpressionPtr& expression,
                               const std::vector<int>& batch_columns, bool in_lambda = false) {
      in_lambda |= std::holds_alternative<plan::Lambda>(expression->node);
      if (!in_lambda && IsForeign(*expression)) {
        int index = static_cast<int>(batch_columns.size()) + next_foreign_++;
        return MakeColumnRef(index, expression->type, true, expression->text);
      }
      if (const auto* column = std::get_if<plan::ColumnRef>(&expression->node)) {
        auto place = std::find(batch_columns.begin(), batch_columns.end(), column->index);
        return MakeColumnRef(static_cast<int>(place - batch_columns.begin()), expression->type,
                             expression->nullable, expression->text);
      }
      std::vector<BoundExpressionPtr> children = Children(*expression);
      if (children.empty()) return expression;
      for (BoundExpressionPtr& child : children) child = Rewrite(child, batch_columns, in_lambda);
      return WithChildren(*expression, std::move(children));
    }

    Translator* translator_;
    std::set<int> columns_;
    std::vector<std::string> arg_texts_;
    std::vector<DataType> arg_types_;
    int next_foreign_ = 0;
  };

  base::Result<std::string> Function(const BoundExpressionPtr& expression) {
    if (!Evaluator::Handles(*expression)) {
      const plan::Call* call = AsCall(*expression);
      return base::Status::Unsupported(
          fmt::format("{}: function {} is not supported for these types", expression->text,
                      call == nullptr ? "?" : call->function));
    }
    MILLRACE_RETURN_IF_ERROR(TypeName(expression->type).status());
    return Subtree(this).Call(expression);
  }
};

}  // namespace

std::optional<std::string> SqlTypeName(const DataType& type) {
  switch (type.kind()) {
    case Kind::kBoolean:
      return "BOOLEAN";
    case Kind::kByte:
      return "TINYINT";
    case Kind::kShort:
      return "SMALLINT";
    case Kind::kInteger:
      return "INTEGER";
    case Kind::kLong:
      return "BIGINT";
    case Kind::kFloat:
      return "FLOAT";
    case Kind::kDouble:
      return "DOUBLE";
    case Kind::kDecimal:
      return fmt::format("DECIMAL({},{})", type.precision(), type.scale());
    case Kind::kString:
      return "VARCHAR";
    case Kind::kBinary:
      return "BLOB";
    case Kind::kDate:
      return "DATE";
    case Kind::kTimestamp:
      return "TIMESTAMP WITH TIME ZONE";
    case Kind::kTimestampNtz:
      return "TIMESTAMP";
    case Kind::kArray: {
      std::optional<std::string> element = SqlTypeName(type.elementType());
      if (!element) return std::nullopt;
      return *element + "[]";
    }
    case Kind::kStruct: {
      // DuckDB's field names differ in more than case, and there is at least one.
      std::set<std::string> names;
      std::string fields;
      for (const StructField& field : type.fields()) {
        std::optional<std::string> name = SqlTypeName(field.dataType);
        if (!name || field.name.empty() || !names.insert(LowerAscii(field.name)).second) {
          return std::nullopt;
        }
        fields += (fields.empty() ? "" : ", ") + Quoted(field.name) + " " + *name;
      }
      if (fields.empty()) return std::nullopt;
      return "STRUCT(" + fields + ")";
    }
    default:
      return std::nullopt;
  }
}

bool IsNative(const BoundExpression& expression) {
  if (std::holds_alternative<plan::Lambda>(expression.node)) return true;
  if (!Evaluator::Handles(expression)) return false;
  std::vector<BoundExpressionPtr> children = Children(expression);
  return std::all_of(children.begin(), children.end(),
                     [](const BoundExpressionPtr& child) { return IsNative(*child); });
}

base::Result<SqlPlan> MakeSqlPlan(const std::vector<BoundExpressionPtr>& conditions,
                                  const std::vector<BoundExpressionPtr>& outputs) {
  Translator translator;
  // One condition after the other, in the order in which the query has them.
  BoundExpressionPtr all;
  for (const BoundExpressionPtr& condition : conditions) {
    if (all == nullptr) {
      all = condition;
      continue;
    }
    auto both = std::make_shared<BoundExpression>();
    both->type = condition->type;
    both->node = plan::Call{"and", {all, condition}, {}};
    both->text = fmt::format("({} AND {})", all->text, condition->text);
    all = std::move(both);
  }
  std::string text = "SELECT rid";
  for (const BoundExpressionPtr& output : outputs) {
    MILLRACE_ASSIGN_OR_RETURN(std::string column, translator.Translate(output));
    text += ", " + column;
    translator.plan.output_types.push_back(output->type);
  }
  text += " FROM batch()";
  if (all != nullptr) {
    MILLRACE_ASSIGN_OR_RETURN(std::string condition, translator.Translate(all));
    text += " WHERE " + condition;
  }
  translator.plan.text = std::move(text);
  return std::move(translator.plan);
}

}  // namespace millrace::processor::duckdb
