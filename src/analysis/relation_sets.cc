// UNION, INTERSECT, EXCEPT.

#include <algorithm>
#include <optional>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/relation_analyzer.h"
#include "analysis/type_rules.h"

namespace millrace::analysis {
namespace {

namespace rel = plan::relation;
using Kind = DataType::Kind;
using Type = rel::SetOperation::Type;

std::string OperatorName(const rel::SetOperation& node) {
  const std::string all = node.is_all ? " ALL" : "";
  switch (node.type) {
    case Type::kUnion:
      return "UNION";
    case Type::kIntersect:
      return "INTERSECT" + all;
    case Type::kExcept:
      break;
  }
  return "EXCEPT" + all;
}

plan::SetOperation::Type Resolve(Type type) {
  switch (type) {
    case Type::kUnion:
      return plan::SetOperation::Type::kUnion;
    case Type::kIntersect:
      return plan::SetOperation::Type::kIntersect;
    case Type::kExcept:
      break;
  }
  return plan::SetOperation::Type::kExcept;
}

base::Status CheckNoDuplicates(const Scope& scope) {
  for (std::size_t i = 0; i < scope.columns.size(); ++i) {
    for (std::size_t k = i + 1; k < scope.columns.size(); ++k) {
      if (!scope.SameName(scope.columns[i].name, scope.columns[k].name)) continue;
      return AnalysisError("COLUMN_ALREADY_EXISTS",
                           {{"columnName", QuoteName(LowerCase(scope.columns[i].name))}});
    }
  }
  return base::Status::Ok();
}

std::optional<std::size_t> IndexByName(const Scope& scope, const std::string& name) {
  for (std::size_t i = 0; i < scope.columns.size(); ++i) {
    if (scope.SameName(scope.columns[i].name, name)) return i;
  }
  return std::nullopt;
}

Resolved NullColumn(const ScopeColumn& like) {
  return {.bound = MakeConstant(data::Value::Null(), like.type, "NULL"),
          .kind = Resolved::Kind::kAlias,
          .name = like.name};
}

bool HoldStructs(const DataType& a, const DataType& b) {
  if (a.is(Kind::kArray) && b.is(Kind::kArray)) return HoldStructs(a.elementType(), b.elementType());
  return a.is(Kind::kStruct) && b.is(Kind::kStruct);
}

// Brings the fields of structs into the order of other structs.
class FieldMatcher {
 public:
  FieldMatcher(RelationAnalyzer* relations, const Scope& scope, bool allow_missing)
      : relations_(*relations), scope_(scope), allow_missing_(allow_missing) {}

  /// `value` with the fields of `target` first and then those that only it has, at every level.
  /// Fields that it has not are null, or FIELD_NOT_FOUND.
  base::Result<BoundExpressionPtr> Match(const BoundExpressionPtr& value, const DataType& target) {
    if (!HoldStructs(value->type, target) || SameType(value->type, target)) return value;
    return target.is(Kind::kArray) ? MatchElements(value, target.elementType())
                                   : MatchFields(value, target);
  }

 private:
  base::Result<BoundExpressionPtr> MatchElements(const BoundExpressionPtr& array,
                                                 const DataType& target) {
    const std::int64_t id = relations_.NextId();
    const auto element = std::make_shared<const plan::BoundExpression>(
        plan::BoundExpression{array->type.elementType(), array->type.containsNull(),
                              plan::LambdaVariable{id}, "namedlambdavariable()"});
    MILLRACE_ASSIGN_OR_RETURN(const BoundExpressionPtr body, Match(element, target));
    const auto lambda = std::make_shared<const plan::BoundExpression>(plan::BoundExpression{
        body->type, body->nullable, plan::Lambda{{id}, body}, "lambdafunction(...)"});
    return MakeCall("transform", {array, lambda}, ArrayType(body->type, body->nullable),
                    array->nullable, array->text);
  }

  base::Result<BoundExpressionPtr> MatchFields(const BoundExpressionPtr& structure,
                                               const DataType& target) {
    const auto& given = structure->type.fields();
    std::vector<bool> taken(given.size());
    std::vector<BoundExpressionPtr> values;
    StructType type;
    const auto add = [&](const std::string& name, BoundExpressionPtr value) {
      type = type.add(name, value->type, value->nullable);
      values.push_back(std::move(value));
    };
    for (const StructField& field : target.fields()) {
      const auto same = std::find_if(given.begin(), given.end(), [&](const StructField& other) {
        return scope_.SameName(other.name, field.name);
      });
      if (same == given.end()) {
        if (!allow_missing_) return NotFound(field.name, given);
        add(field.name, MakeConstant(data::Value::Null(), field.dataType, "NULL"));
        continue;
      }
      const auto index = same - given.begin();
      taken[index] = true;
      MILLRACE_ASSIGN_OR_RETURN(auto value, Match(Field(structure, static_cast<std::size_t>(index)), field.dataType));
      add(field.name, std::move(value));
    }
    for (std::size_t i = 0; i < given.size(); ++i) {
      if (!taken[i]) add(given[i].name, Field(structure, i));
    }
    const auto made = MakeCall("struct", std::move(values), type, false, structure->text);
    if (!structure->nullable) return made;
    const auto is_null = MakeCall("isnull", {structure}, BooleanType(), false,
                                  "(" + structure->text + " IS NULL)");
    return MakeCall("case_when", {is_null, MakeConstant(data::Value::Null(), type, "NULL"), made},
                    type, true, structure->text);
  }

  static BoundExpressionPtr Field(const BoundExpressionPtr& structure, std::size_t index) {
    return MakeGetField(structure, static_cast<int>(index), structure->type.fields()[index].name);
  }

  static base::Status NotFound(const std::string& name, const std::vector<StructField>& given) {
    std::string names;
    for (const StructField& field : given) {
      names += (names.empty() ? "" : ", ") + QuoteName(field.name);
    }
    return AnalysisError("FIELD_NOT_FOUND", {{"fieldName", QuoteName(name)}, {"fields", names}});
  }

  RelationAnalyzer& relations_;
  const Scope& scope_;
  bool allow_missing_;
};

}  // namespace

base::Result<std::pair<AnalyzedRelationPtr, AnalyzedRelationPtr>> RelationAnalyzer::MatchByName(
    const AnalyzedRelationPtr& left, const AnalyzedRelationPtr& right, bool allow_missing) {
  MILLRACE_RETURN_IF_ERROR(CheckNoDuplicates(left->scope));
  MILLRACE_RETURN_IF_ERROR(CheckNoDuplicates(right->scope));
  std::vector<Resolved> left_columns = PassOnAll(*left);
  std::vector<Resolved> right_columns;
  FieldMatcher fields(this, left->scope, allow_missing);
  const auto match = [&](Resolved* column, const DataType& target) -> base::Status {
    MILLRACE_ASSIGN_OR_RETURN(auto matched, fields.Match(column->bound, target));
    if (matched == column->bound) return base::Status::Ok();
    column->bound = std::move(matched);
    column->kind = Resolved::Kind::kAlias;
    return base::Status::Ok();
  };
  for (std::size_t i = 0; i < left->scope.columns.size(); ++i) {
    const ScopeColumn& column = left->scope.columns[i];
    if (const auto index = IndexByName(right->scope, column.name)) {
      right_columns.push_back(PassOn(*right, *index));
      MILLRACE_RETURN_IF_ERROR(match(&right_columns.back(), column.type));
      if (allow_missing) {
        MILLRACE_RETURN_IF_ERROR(match(&left_columns[i], right_columns.back().bound->type));
      }
    } else if (allow_missing) {
      right_columns.push_back(NullColumn(column));
    } else {
      return UnresolvedAmong(right->scope, column.name);
    }
  }
  for (std::size_t i = 0; i < right->scope.columns.size(); ++i) {
    const ScopeColumn& column = right->scope.columns[i];
    if (IndexByName(left->scope, column.name)) continue;
    if (allow_missing) left_columns.push_back(NullColumn(column));
    right_columns.push_back(PassOn(*right, i));
  }
  return std::pair(MakeProject(left, std::move(left_columns)),
                   MakeProject(right, std::move(right_columns)));
}

AnalyzedRelationPtr RelationAnalyzer::CastAll(const AnalyzedRelationPtr& relation,
                                              const std::vector<DataType>& types) {
  std::vector<Resolved> columns = PassOnAll(*relation);
  bool changed = false;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const BoundExpressionPtr cast = ImplicitCast(columns[i].bound, types[i]);
    if (cast == columns[i].bound) continue;
    changed = true;
    columns[i].bound = cast;
    columns[i].kind = Resolved::Kind::kAlias;
  }
  return changed ? MakeProject(relation, std::move(columns)) : relation;
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(
    const rel::SetOperation& node, const AnalyzedRelationPtr& given_left) {
  AnalyzedRelationPtr left = given_left;
  MILLRACE_ASSIGN_OR_RETURN(AnalyzedRelationPtr right, AnalyzeVisible(*node.right));
  const AnalyzedRelationPtr given_right = right;
  if (node.by_name) {
    MILLRACE_ASSIGN_OR_RETURN(std::tie(left, right),
                              MatchByName(left, right, node.allow_missing_columns));
  }
  const std::string name = OperatorName(node);
  const std::size_t width = left->scope.columns.size();
  if (width != right->scope.columns.size()) {
    return AnalysisError("NUM_COLUMNS_MISMATCH",
                         {{"operator", name},
                          {"firstNumColumns", std::to_string(width)},
                          {"invalidOrdinalNum", "second"},
                          {"invalidNumColumns", std::to_string(right->scope.columns.size())}});
  }
  std::vector<DataType> types;
  for (std::size_t i = 0; i < width; ++i) {
    const ScopeColumn& a = left->scope.columns[i];
    const ScopeColumn& b = right->scope.columns[i];
    const auto common = WiderType(a.type, b.type);
    if (!common) {
      return AnalysisError("INCOMPATIBLE_COLUMN_TYPE", {{"operator", name},
                                                        {"columnOrdinalNumber", Ordinal(i)},
                                                        {"tableOrdinalNumber", "second"},
                                                        {"dataType1", QuoteType(b.type)},
                                                        {"dataType2", QuoteType(a.type)},
                                                        {"hint", ""}});
    }
    const bool compares = node.type != Type::kUnion || !node.is_all;
    if (compares && ContainsMap(*common)) {
      return AnalysisError("UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE",
                           {{"colName", QuoteName(a.name)}, {"dataType", QuoteType(a.type)}});
    }
    types.push_back(*common);
  }
  left = CastAll(left, types);
  right = CastAll(right, types);
  Scope scope = left->scope;
  for (std::size_t i = 0; i < width; ++i) {
    const bool in_right = right->scope.columns[i].nullable;
    bool& nullable = scope.columns[i].nullable;
    if (node.type == Type::kUnion) nullable = nullable || in_right;
    if (node.type == Type::kIntersect) nullable = nullable && in_right;
    scope.columns[i].type = types[i];
  }
  auto resolved = MakeResolved(
      scope, plan::SetOperation{left->resolved, right->resolved, Resolve(node.type), node.is_all});
  AnalyzedRelation result = *MakeAnalyzed(std::move(resolved), std::move(scope), left);
  result.input = nullptr;
  result.children = {left, right};
  return std::make_shared<const AnalyzedRelation>(std::move(result));
}

}  // namespace millrace::analysis
