#include "millrace/dataframe.h"

#include <cstdio>

#include "millrace/streaming.h"
#include "session/dataframe_state.h"
#include "session/exceptions.h"
#include "session/session_state.h"

namespace millrace {
namespace session {

DataFrame MakeDataFrame(std::shared_ptr<SessionState> session, plan::RelationPtr relation) {
  plan::ResolvedQuery resolved = ValueOrThrow(session->Analyze(relation));
  return DataFrame(std::make_shared<const DataFrame::State>(
      DataFrame::State{std::move(session), std::move(relation), std::move(resolved)}));
}

}  // namespace session

namespace {

namespace relation = plan::relation;

DataFrame Next(const DataFrame& df, plan::Relation::Node node) {
  return session::MakeDataFrame(df.state()->session, plan::MakeRelation(std::move(node)));
}

}  // namespace

DataFrame DataFrame::select(const std::vector<ColumnOrName>& columns) const {
  std::vector<plan::ExpressionPtr> expressions;
  for (const ColumnOrName& column : columns) expressions.push_back(column.column().expression());
  return Next(*this, relation::Project{state_->relation, std::move(expressions)});
}

DataFrame DataFrame::withColumn(std::string_view name, const Column& value) const {
  return withColumns({{std::string(name), value}});
}

DataFrame DataFrame::withColumns(const std::vector<std::pair<std::string, Column>>& columns) const {
  relation::WithColumns node{state_->relation, {}};
  for (const auto& [name, value] : columns) {
    node.aliases.push_back({value.expression(), {name}, std::nullopt});
  }
  return Next(*this, std::move(node));
}

DataFrame DataFrame::withColumnRenamed(std::string_view existing, std::string_view renamed) const {
  return Next(*this, relation::WithColumnsRenamed{state_->relation,
                                                  {{std::string(existing), std::string(renamed)}}});
}

DataFrame DataFrame::filter(const Column& condition) const {
  return Next(*this, relation::Filter{state_->relation, condition.expression()});
}

DataFrame DataFrame::alias(std::string_view name) const {
  return Next(*this, relation::SubqueryAlias{state_->relation, std::string(name), {}});
}

DataFrame DataFrame::drop(const std::vector<std::string>& names) const {
  return Next(*this, relation::Drop{state_->relation, {}, names});
}

DataFrame DataFrame::toDF(const std::vector<std::string>& names) const {
  return Next(*this, relation::ToDF{state_->relation, names});
}

const StructType& DataFrame::schema() const { return state_->resolved.schema(); }

std::vector<std::string> DataFrame::columns() const { return schema().fieldNames(); }

void DataFrame::printSchema() const {
  const std::string text = schema().treeString() + "\n";
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

bool DataFrame::isStreaming() const { return state_->resolved.is_streaming; }

void DataFrame::explain(bool extended) const {
  std::string text;
  if (extended)
    text = "== Analyzed Logical Plan ==\n" + plan::TreeText(*state_->resolved.root) + "\n";
  text += "== Physical Plan ==\n" +
          session::ValueOrThrow(state_->session->DescribePlan(state_->resolved)) + "\n";
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

DataStreamWriter DataFrame::writeStream() const { return DataStreamWriter(*this); }

}  // namespace millrace
