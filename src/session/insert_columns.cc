#include "session/insert_columns.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "analysis/error_messages.h"
#include "analysis/names.h"
#include "session/sql_errors.h"

namespace millrace::session {
namespace {

using base::Result;
using base::Status;
using plan::ExpressionPtr;
using Kind = DataType::Kind;
using Path = std::vector<std::string>;

ExpressionPtr ColumnNamed(const std::string& name) {
  return plan::MakeExpression(plan::expression::UnresolvedAttribute{
      analysis::QuoteName(std::string_view(name)), std::nullopt, false});
}

std::string QuotedList(const StructType& schema) {
  std::string list;
  for (const StructField& field : schema.fields()) {
    list += (list.empty() ? "" : ", ") + QuoteIdentifier({field.name});
  }
  return list;
}

Status ArityMismatch(const InsertTarget& table, const StructType& wanted, const StructType& given) {
  const std::string condition = given.size() < wanted.size()
                                    ? "INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS"
                                    : "INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS";
  return SqlError(condition, {{"tableName", table.name},
                              {"tableColumns", QuotedList(wanted)},
                              {"dataColumns", QuotedList(given)}});
}

bool IsNested(Kind kind) {
  return kind == Kind::kArray || kind == Kind::kMap || kind == Kind::kStruct;
}

bool IsDatetime(Kind kind) {
  return kind == Kind::kDate || kind == Kind::kTimestamp || kind == Kind::kTimestampNtz;
}

bool IsText(Kind kind) {
  return kind == Kind::kString || kind == Kind::kChar || kind == Kind::kVarchar;
}

/// Cast.canANSIStoreAssign of types without parts.
bool CanStore(const DataType& from, const DataType& to) {
  if (from == to || from.is(Kind::kNull) || IsText(to.kind())) return true;
  if (from.isNumeric() && to.isNumeric()) return true;
  return from.kind() == to.kind() || (IsDatetime(from.kind()) && IsDatetime(to.kind()));
}

Path Inside(const Path& path, const std::string& part) {
  Path inner = path;
  inner.push_back(part);
  return inner;
}

/// CANNOT_SAFELY_CAST; parts of structs by position.
Status CheckStorable(const DataType& from, const DataType& to, const Path& path,
                     const InsertTarget& table) {
  if (from.kind() == to.kind() && from.is(Kind::kArray)) {
    return CheckStorable(from.elementType(), to.elementType(), Inside(path, "element"), table);
  }
  if (from.kind() == to.kind() && from.is(Kind::kMap)) {
    MILLRACE_RETURN_IF_ERROR(
        CheckStorable(from.keyType(), to.keyType(), Inside(path, "key"), table));
    return CheckStorable(from.valueType(), to.valueType(), Inside(path, "value"), table);
  }
  if (from.kind() == to.kind() && from.is(Kind::kStruct)) {
    const StructType source(from);
    const StructType target(to);
    for (std::size_t i = 0; i < source.size() && i < target.size(); ++i) {
      MILLRACE_RETURN_IF_ERROR(CheckStorable(source[i].dataType, target[i].dataType,
                                             Inside(path, target[i].name), table));
    }
    if (source.size() == target.size()) return Status::Ok();
  } else if (from.is(Kind::kNull) ||
             (!IsNested(from.kind()) && !IsNested(to.kind()) && CanStore(from, to))) {
    return Status::Ok();
  }
  return SqlError("INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST",
                  {{"tableName", table.name},
                   {"colName", QuoteIdentifier(path)},
                   {"srcType", analysis::QuoteType(from)},
                   {"targetType", analysis::QuoteType(to)}});
}

ExpressionPtr AnsiCast(ExpressionPtr value, const DataType& type) {
  return plan::Cast(std::move(value), type, plan::expression::CastMode::kAnsi);
}

/// Are there structs in it whose fields are called otherwise than those of `to`, or stand in
/// another order?
bool HasOtherFields(const DataType& from, const DataType& to) {
  if (from.kind() != to.kind()) return false;
  switch (from.kind()) {
    case Kind::kArray:
      return HasOtherFields(from.elementType(), to.elementType());
    case Kind::kMap:
      return HasOtherFields(from.keyType(), to.keyType()) ||
             HasOtherFields(from.valueType(), to.valueType());
    case Kind::kStruct:
      break;
    default:
      return false;
  }
  const StructType source(from);
  const StructType target(to);
  if (source.size() != target.size()) return true;
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (!analysis::NamesEqual(source[i].name, target[i].name) ||
        HasOtherFields(source[i].dataType, target[i].dataType)) {
      return true;
    }
  }
  return false;
}

int FindByName(const StructType& schema, const std::string& name) {
  for (std::size_t i = 0; i < schema.size(); ++i) {
    if (analysis::NamesEqual(schema[i].name, name)) return static_cast<int>(i);
  }
  return -1;
}

Status CheckNoExtraFields(const StructType& source, const StructType& target, const Path& path,
                          const InsertTarget& table) {
  std::string extra;
  for (const StructField& field : source.fields()) {
    if (FindByName(target, field.name) >= 0) continue;
    extra += (extra.empty() ? "" : ", ") + QuoteIdentifier({field.name});
  }
  if (extra.empty()) return Status::Ok();
  if (path.empty()) {
    return SqlError("INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_COLUMNS",
                    {{"tableName", table.name}, {"extraColumns", extra}});
  }
  return SqlError(
      "INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_STRUCT_FIELDS",
      {{"tableName", table.name}, {"colName", QuoteIdentifier(path)}, {"extraFields", extra}});
}

/// `value` as `to`, the fields of structs by name.
Result<ExpressionPtr> ValueByName(ExpressionPtr value, const DataType& from, const DataType& to,
                                  const Path& path, const InsertTarget& table) {
  if (!HasOtherFields(from, to)) {
    MILLRACE_RETURN_IF_ERROR(CheckStorable(from, to, path, table));
    return AnsiCast(std::move(value), to);
  }
  if (!from.is(Kind::kStruct)) {
    return RefusedHere(fmt::format("INSERT BY NAME of other fields than those of {} inside an "
                                   "array or a map",
                                   QuoteIdentifier(path)),
                       "Give them in the order of the table.");
  }
  const StructType source(from);
  const StructType target(to);
  std::vector<ExpressionPtr> parts;
  for (const StructField& field : target.fields()) {
    const Path inner = Inside(path, field.name);
    const int at = FindByName(source, field.name);
    if (at < 0) {
      return SqlError("INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_FIND_DATA",
                      {{"tableName", table.name}, {"colName", QuoteIdentifier(inner)}});
    }
    const StructField& found = source[static_cast<std::size_t>(at)];
    ExpressionPtr part = plan::Extract(value, plan::Literal(std::string_view(found.name)));
    MILLRACE_ASSIGN_OR_RETURN(
        part, ValueByName(std::move(part), found.dataType, field.dataType, inner, table));
    parts.push_back(plan::Literal(field.name));
    parts.push_back(std::move(part));
  }
  MILLRACE_RETURN_IF_ERROR(CheckNoExtraFields(source, target, path, table));
  ExpressionPtr made = plan::Function("named_struct", std::move(parts));
  return plan::Function("if", {plan::Function("isnull", {value}), AnsiCast(plan::NullLiteral(), to),
                               std::move(made)});
}

}  // namespace

Result<plan::RelationPtr> InsertByPosition(const plan::RelationPtr& rows, const StructType& given,
                                           const InsertTarget& table,
                                           const std::vector<std::string>& columns) {
  std::vector<int> chosen;  // Of the table's columns, in the order of the rows'.
  std::vector<StructField> wanted;
  for (const std::string& column : columns) {
    const int at = FindByName(table.schema, column);
    if (at < 0) {
      std::vector<analysis::NameParts> names;
      for (const StructField& field : table.schema.fields()) names.push_back({field.name});
      return analysis::UnresolvedColumn({column}, std::move(names));
    }
    if (std::ranges::find(chosen, at) != chosen.end()) {
      return analysis::AnalysisError(
          "COLUMN_ALREADY_EXISTS",
          {{"columnName", QuoteIdentifier({analysis::LowerCase(column)})}});
    }
    chosen.push_back(at);
    wanted.push_back(table.schema[static_cast<std::size_t>(at)]);
  }
  if (columns.empty()) {
    for (std::size_t i = 0; i < table.schema.size(); ++i) chosen.push_back(static_cast<int>(i));
    wanted = table.schema.fields();
  }
  if (given.size() != wanted.size()) {
    return ArityMismatch(table, StructType(std::move(wanted)), given);
  }
  std::vector<std::string> places;
  for (std::size_t i = 0; i < given.size(); ++i) places.push_back(fmt::format("c{}", i));
  auto renamed = plan::MakeRelation(plan::relation::ToDF{rows, places});
  std::vector<ExpressionPtr> values(table.schema.size());
  std::vector<ExpressionPtr> in_order;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const StructField& field = wanted[i];
    if (table.is_strict) {
      MILLRACE_RETURN_IF_ERROR(
          CheckStorable(given[i].dataType, field.dataType, {field.name}, table));
    }
    ExpressionPtr value = plan::Alias(AnsiCast(ColumnNamed(places[i]), field.dataType), field.name);
    in_order.push_back(value);
    values[static_cast<std::size_t>(chosen[i])] = std::move(value);
  }
  if (!table.is_strict) return plan::Select(std::move(renamed), std::move(in_order));
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] != nullptr) continue;
    const StructField& field = table.schema[i];
    values[i] = plan::Alias(AnsiCast(plan::NullLiteral(), field.dataType), field.name);
  }
  return plan::Select(std::move(renamed), std::move(values));
}

namespace {

plan::RelationPtr CastByName(const plan::RelationPtr& rows, const StructType& given,
                             const StructType& table) {
  std::vector<ExpressionPtr> values;
  for (const StructField& field : given.fields()) {
    ExpressionPtr value = ColumnNamed(field.name);
    const int at = FindByName(table, field.name);
    if (at >= 0) {
      const StructField& found = table[static_cast<std::size_t>(at)];
      if (!HasOtherFields(field.dataType, found.dataType)) {
        value = plan::Alias(AnsiCast(std::move(value), found.dataType), found.name);
      }
    }
    values.push_back(std::move(value));
  }
  return plan::Select(rows, std::move(values));
}

}  // namespace

Result<plan::RelationPtr> InsertByName(const plan::RelationPtr& rows, const StructType& given,
                                       const InsertTarget& table) {
  if (!table.is_strict) return CastByName(rows, given, table.schema);
  if (given.size() > table.schema.size()) return ArityMismatch(table, table.schema, given);
  MILLRACE_RETURN_IF_ERROR(CheckNoExtraFields(given, table.schema, {}, table));
  std::vector<ExpressionPtr> values;
  for (const StructField& field : table.schema.fields()) {
    const int at = FindByName(given, field.name);
    if (at < 0) {
      values.push_back(plan::Alias(AnsiCast(plan::NullLiteral(), field.dataType), field.name));
      continue;
    }
    const StructField& found = given[static_cast<std::size_t>(at)];
    MILLRACE_ASSIGN_OR_RETURN(
        ExpressionPtr value,
        ValueByName(ColumnNamed(found.name), found.dataType, field.dataType, {field.name}, table));
    values.push_back(plan::Alias(std::move(value), field.name));
  }
  return plan::Select(rows, std::move(values));
}

}  // namespace millrace::session
