#include "sinks/delta/column_default.h"

#include <cctype>
#include <optional>
#include <string>
#include <string_view>

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/scalar.h>
#include <fmt/format.h>

#include "clients/delta/field_metadata.h"
#include "data/arrow_schema.h"
#include "sinks/delta/column_cast.h"

namespace millrace::sinks::delta {

namespace {

using base::Result;
using base::Status;
using Kind = DataType::Kind;

std::string_view Trim(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) {
    text.remove_prefix(1);
  }
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) {
    text.remove_suffix(1);
  }
  return text;
}

std::string Upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return upper;
}

bool IsNumber(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
}

// What stands between the quotes of a string literal without escapes.
std::optional<std::string_view> Unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '\'' || text.back() != '\'') return std::nullopt;
  text = text.substr(1, text.size() - 2);
  if (text.find_first_of("'\\") != std::string_view::npos) return std::nullopt;
  return text;
}

// The characters of a constant that is to be cast to `type`; nothing when `sql` is none.
std::optional<std::string_view> ConstantText(std::string_view sql, const DataType& type) {
  if (IsNumber(sql)) return sql;
  const std::string upper = Upper(sql);
  if (upper.starts_with("DATE") && type.is(Kind::kDate)) sql = Trim(sql.substr(4));
  if (upper.starts_with("TIMESTAMP'") && type.is(Kind::kTimestamp)) sql = sql.substr(9);
  return Unquoted(sql);
}

Result<std::shared_ptr<arrow::Scalar>> CastConstant(std::string_view text, const StructField& field,
                                                    const data::TimeZone& zone) {
  arrow::StringBuilder builder;
  std::shared_ptr<arrow::Array> values;
  arrow::Status status = builder.Append(text);
  if (status.ok()) status = builder.Finish(&values);
  MILLRACE_RETURN_IF_ERROR(data::FromArrow(status));
  MILLRACE_ASSIGN_OR_RETURN(const ColumnCast cast,
                            MakeColumnCast(StringType(), field.dataType, field.name, zone));
  if (cast) {
    MILLRACE_ASSIGN_OR_RETURN(values, cast(values));
  }
  auto scalar = values->GetScalar(0);
  MILLRACE_RETURN_IF_ERROR(data::FromArrow(scalar.status()));
  return *std::move(scalar);
}

}  // namespace

Result<std::shared_ptr<arrow::Scalar>> DefaultOf(const StructField& field,
                                                 const std::shared_ptr<arrow::DataType>& type,
                                                 const data::TimeZone& zone) {
  const std::string declared =
      clients::delta::FieldMetadataString(field, "CURRENT_DEFAULT").value_or("NULL");
  const std::string_view sql = Trim(declared);
  const std::string upper = Upper(sql);
  if (upper == "NULL") return arrow::MakeNullScalar(type);
  if (field.dataType.is(Kind::kBoolean) && (upper == "TRUE" || upper == "FALSE")) {
    return std::shared_ptr<arrow::Scalar>(std::make_shared<arrow::BooleanScalar>(upper == "TRUE"));
  }
  if (const auto text = ConstantText(sql, field.dataType)) {
    const auto constant = CastConstant(*text, field, zone);
    if (constant.ok()) return constant;
  }
  return Status::Unsupported(
      fmt::format("column `{}` has the default value {}, which Millrace does not compute; give the "
                  "column in the query",
                  field.name, sql));
}

}  // namespace millrace::sinks::delta
