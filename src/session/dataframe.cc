#include "millrace/dataframe.h"

#include <cstdio>

#include <arrow/array.h>
#include <arrow/record_batch.h>

#include "millrace/batch.h"
#include "millrace/functions.h"
#include "millrace/streaming.h"
#include "session/dataframe_state.h"
#include "session/exceptions.h"
#include "session/session_state.h"
#include "session/show_string.h"

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

DataFrame DataFrame::observe(std::string_view name, const std::vector<Column>& metrics) const {
  relation::CollectMetrics collect{state_->relation, std::string(name), {}};
  for (const Column& metric : metrics) collect.metrics.push_back(metric.expression());
  return Next(*this, std::move(collect));
}

DataFrame DataFrame::filter(const Column& condition) const {
  return Next(*this, relation::Filter{state_->relation, condition.expression()});
}

DataFrame DataFrame::filter(std::string_view condition) const { return filter(expr(condition)); }

DataFrame DataFrame::selectExpr(const std::vector<std::string>& expressions) const {
  std::vector<ColumnOrName> columns;
  for (const std::string& text : expressions) columns.emplace_back(expr(text));
  return select(columns);
}

DataFrame DataFrame::limit(int rows) const {
  return Next(*this, relation::Limit{state_->relation, rows});
}

DataFrame DataFrame::orderBy(const std::vector<ColumnOrName>& columns) const {
  relation::Sort sort{state_->relation, {}, true};
  for (const ColumnOrName& column : columns) {
    plan::expression::SortOrder order;
    order.child = column.column().expression();
    sort.order.push_back(std::move(order));
  }
  return Next(*this, std::move(sort));
}

void DataFrame::show(int numRows, bool truncate) const {
  const std::string text = showString(numRows, truncate) + "\n";
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

std::string DataFrame::showString(int numRows, bool truncate) const {
  return session::ValueOrThrow(session::ShowText(*state_->session, state_->relation, numRows,
                                                 truncate ? 20 : 0, false, {}));
}

std::int64_t DataFrame::count() const {
  relation::Aggregate count;
  count.input = state_->relation;
  count.aggregate_expressions.push_back(plan::Function("count", {plan::Literal(1)}));
  auto result = session::ValueOrThrow(
      state_->session->Execute(plan::MakeRelation(std::move(count)), {}));
  const auto batch = session::ValueOrThrow(result.rows->Next());
  return static_cast<const arrow::Int64Array&>(*batch->column(0)).Value(0);
}

void DataFrame::createOrReplaceTempView(std::string_view name) const {
  plan::command::CreateView create;
  create.input = state_->relation;
  create.name = name;
  create.replace = true;
  session::ThrowIfError(
      state_->session->RunCommand(plan::Command{std::move(create)}, {}).status());
}

DataFrameWriter DataFrame::write() const { return DataFrameWriter(*this); }

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
  const std::string text =
      session::ValueOrThrow(state_->session->ExplainText(state_->resolved, extended)) + "\n";
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

DataStreamWriter DataFrame::writeStream() const { return DataStreamWriter(*this); }

}  // namespace millrace
