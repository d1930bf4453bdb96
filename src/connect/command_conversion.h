#pragma once

#include <spark/connect/commands.pb.h>

#include <string>
#include <vector>

#include "base/result.h"
#include "plan/command.h"
#include "sql/parser.h"

namespace millrace::connect {

/// Messages of commands.proto as the plan's commands, field by field.
base::Result<plan::Command> FromProto(const spark::connect::WriteOperation& from);
base::Result<plan::Command> FromProto(const spark::connect::WriteOperationV2& from);
base::Result<plan::Command> FromProto(const spark::connect::CreateDataFrameViewCommand& from);

/// The refusal, by name and with advice, of a command that nothing here runs.
base::Status RefusedCommand(const spark::connect::Command& command);

/// The relation of spark.sql(): of the command's `input`, or made of its older fields.
base::Result<spark::connect::Relation> SqlRelationOf(const spark::connect::SqlCommand& from);

/// A SQL text with its arguments and with the DataFrames that it names.
struct SqlText {
  std::string query;
  sql::Parameters parameters;
  std::vector<plan::RelationPtr> references;
};
/// Of a SQL relation, or of WithRelations around one.
base::Result<SqlText> SqlTextOf(const spark::connect::Relation& relation);

/// The command with the references put around each query in it.
plan::Command WithReferences(plan::Command command,
                             const std::vector<plan::RelationPtr>& references);

}  // namespace millrace::connect
