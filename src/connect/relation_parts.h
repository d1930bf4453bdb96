#pragma once

#include <spark/connect/relations.pb.h>

#include <string>

#include "base/result.h"
#include "connect/expression_conversion.h"
#include "connect/refusals.h"
#include "connect/relation_conversion.h"
#include "plan/relation.h"

// What the conversions of relations share.

namespace millrace::connect {

inline base::Result<plan::RelationPtr> Side(bool is_there, const spark::connect::Relation& from) {
  if (!is_there) return InvalidPlan("the input of a relation is missing");
  return FromProto(from);
}

/// The field `input`, which must be there.
template <typename Message>
base::Result<plan::RelationPtr> Input(const Message& from) {
  return Side(from.has_input(), from.input());
}

inline base::Result<plan::ExpressionPtr> Required(bool is_there,
                                                  const spark::connect::Expression& from,
                                                  std::string_view what) {
  if (!is_there) return InvalidPlan(std::string(what) + " is missing");
  return FromProto(from);
}

/// Null when it is not there.
inline base::Result<plan::ExpressionPtr> Optional(bool is_there,
                                                  const spark::connect::Expression& from) {
  if (!is_there) return plan::ExpressionPtr();
  return FromProto(from);
}

base::Result<plan::relation::JoinType> JoinTypeOf(spark::connect::Join::JoinType type);

/// DDL or JSON of a struct.
base::Result<StructType> StructFromText(const std::string& text);

// Relations with functions of the user, and those whose answer is a table of statistics.
using NodeResult = base::Result<plan::Relation::Node>;
NodeResult Convert(const spark::connect::MapPartitions& from);
NodeResult Convert(const spark::connect::GroupMap& from);
NodeResult Convert(const spark::connect::CoGroupMap& from);
NodeResult Convert(const spark::connect::ApplyInPandasWithState& from);
NodeResult Convert(const spark::connect::CommonInlineUserDefinedTableFunction& from);
NodeResult Convert(const spark::connect::CommonInlineUserDefinedDataSource& from);
NodeResult Convert(const spark::connect::Parse& from);
NodeResult Convert(const spark::connect::ShowString& from);
NodeResult Convert(const spark::connect::HtmlString& from);
NodeResult Convert(const spark::connect::NAFill& from);
NodeResult Convert(const spark::connect::NADrop& from);
NodeResult Convert(const spark::connect::NAReplace& from);
NodeResult Convert(const spark::connect::StatSummary& from);
NodeResult Convert(const spark::connect::StatDescribe& from);
NodeResult Convert(const spark::connect::StatCrosstab& from);
NodeResult Convert(const spark::connect::StatCov& from);
NodeResult Convert(const spark::connect::StatCorr& from);
NodeResult Convert(const spark::connect::StatApproxQuantile& from);
NodeResult Convert(const spark::connect::StatFreqItems& from);
NodeResult Convert(const spark::connect::StatSampleBy& from);

}  // namespace millrace::connect
