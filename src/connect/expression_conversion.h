#pragma once

#include <spark/connect/expressions.pb.h>

#include <vector>

#include "base/result.h"
#include "plan/expression.h"

namespace millrace::connect {

/// Messages of expressions.proto as the plan's structs, field by field. A message that breaks the
/// protocol is InvalidArgument (InvalidPlan); what the plan has no place for is Unsupported, by
/// name. Precondition: the message is not nested deeper than kMaxMessageDepth.

base::Result<plan::expression::Literal> FromProto(const spark::connect::Expression::Literal& from);
base::Result<plan::ExpressionPtr> FromProto(const spark::connect::Expression& from);
base::Result<plan::expression::SortOrder> FromProto(
    const spark::connect::Expression::SortOrder& from);
base::Result<plan::expression::Alias> FromProto(const spark::connect::Expression::Alias& from);
base::Result<plan::expression::InlineUdf> FromProto(
    const spark::connect::CommonInlineUserDefinedFunction& from);
base::Result<plan::expression::PythonUdf> FromProto(const spark::connect::PythonUDF& from);

std::optional<plan::Origin> FromProto(const spark::connect::Origin& from);

/// A value on its way to the client, as Spark's server sends it. `type` is the value's.
void ToProto(const data::Value& value, const DataType& type,
             spark::connect::Expression::Literal* out);

/// All of a repeated field.
template <typename Repeated>
auto AllFromProto(const Repeated& from)
    -> base::Result<std::vector<
        std::remove_cvref_t<decltype(FromProto(*from.begin()).value())>>> {
  std::vector<std::remove_cvref_t<decltype(FromProto(*from.begin()).value())>> all;
  all.reserve(from.size());
  for (const auto& one : from) {
    MILLRACE_ASSIGN_OR_RETURN(auto converted, FromProto(one));
    all.push_back(std::move(converted));
  }
  return all;
}

}  // namespace millrace::connect
