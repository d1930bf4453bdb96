#include "processor/duckdb/duckdb_processor.h"

#include <algorithm>
#include <set>
#include <utility>

#include <arrow/api.h>
#include <arrow/compute/api_vector.h>
#include <fmt/format.h>

#include "data/arrow_schema.h"
#include "processor/duckdb/duckdb_session.h"
#include "processor/duckdb/evaluator.h"
#include "processor/duckdb/flat_plan.h"
#include "processor/duckdb/from_json.h"
#include "processor/duckdb/json_extraction.h"
#include "processor/duckdb/sql_plan.h"

namespace millrace::processor::duckdb {
namespace {

using plan::BoundExpression;
using plan::BoundExpressionPtr;

/// A plan cut into what runs where: from_json calls, the filter, the output columns.
struct Program {
  StructType output_schema;
  std::shared_ptr<arrow::Schema> arrow_schema;
  std::vector<int> required_columns;
  std::vector<int> no_columns;
  int source = 0;
  std::vector<JsonColumns> json;
  std::vector<std::shared_ptr<const FromJson>> json_calls;
  /// Without SQL; empty when the filter is part of the SQL or there is none.
  std::vector<BoundExpressionPtr> native_conditions;
  std::vector<BoundExpressionPtr> outputs;
  /// Which outputs the SQL gives, by their place in its columns; -1: evaluated here.
  std::vector<int> sql_column;
  std::optional<SqlPlan> sql;
  TimeZone zone;
};

void CollectColumns(const BoundExpression& expression, std::set<int>* columns) {
  if (const auto* column = std::get_if<plan::ColumnRef>(&expression.node)) {
    columns->insert(column->index);
  }
  for (const BoundExpressionPtr& child : Children(expression)) CollectColumns(*child, columns);
}

/// Numbers the columns anew so that only the used ones of the scan remain.
class Compaction {
 public:
  Compaction(const FlatPlan& flat, const std::vector<JsonColumns>& json) {
    int scan = static_cast<int>(flat.input.size());
    std::set<int> used;
    for (const auto& condition : flat.conditions) CollectColumns(*condition, &used);
    for (const auto& output : flat.outputs) CollectColumns(*output, &used);
    for (const JsonColumns& columns : json) CollectColumns(*columns.text, &used);
    int next = 0;
    for (int column : used) {
      if (column < scan) required.push_back(column);
    }
    int last = scan;
    for (const JsonColumns& columns : json) {
      last = columns.first_column + (columns.whole ? 1 : static_cast<int>(columns.fields.size()));
    }
    renumbered_.resize(static_cast<std::size_t>(last), -1);
    for (int column : required) renumbered_[static_cast<std::size_t>(column)] = next++;
    for (int column = scan; column < last; ++column) {
      renumbered_[static_cast<std::size_t>(column)] = next++;
    }
  }

  int operator()(int column) const { return renumbered_[static_cast<std::size_t>(column)]; }

  BoundExpressionPtr Apply(const BoundExpressionPtr& expression) const {
    if (const auto* column = std::get_if<plan::ColumnRef>(&expression->node)) {
      return MakeColumnRef((*this)(column->index), expression->type, expression->nullable,
                           expression->text);
    }
    std::vector<BoundExpressionPtr> children = Children(*expression);
    if (children.empty()) return expression;
    for (BoundExpressionPtr& child : children) child = Apply(child);
    return WithChildren(*expression, std::move(children));
  }

  std::vector<int> required;

 private:
  std::vector<int> renumbered_;
};

base::Status MakeJsonCalls(Program* program) {
  for (const JsonColumns& columns : program->json) {
    if (!IsNative(*columns.text)) {
      return base::Status::Unsupported(fmt::format(
          "from_json of {}: CASE, COALESCE, IN, AND and OR are not supported in its argument",
          columns.text->text));
    }
    std::optional<std::vector<int>> fields;
    if (!columns.whole) fields = columns.fields;
    MILLRACE_ASSIGN_OR_RETURN(auto call, FromJson::Make(columns.schema, columns.options,
                                                        program->zone, std::move(fields)));
    program->json_calls.push_back(std::move(call));
  }
  return base::Status::Ok();
}

base::Status SplitOutputs(std::vector<BoundExpressionPtr> conditions, Program* program) {
  bool native_filter = std::all_of(conditions.begin(), conditions.end(), [](const auto& condition) {
    return IsNative(*condition) && !CanFail(*condition);
  });
  std::vector<BoundExpressionPtr> computed;
  for (const BoundExpressionPtr& output : program->outputs) {
    bool native = IsNative(*output);
    program->sql_column.push_back(native ? -1 : static_cast<int>(computed.size()));
    if (!native) computed.push_back(output);
  }
  if (native_filter && computed.empty()) {
    program->native_conditions = std::move(conditions);
    return base::Status::Ok();
  }
  MILLRACE_ASSIGN_OR_RETURN(program->sql, MakeSqlPlan(conditions, computed));
  return base::Status::Ok();
}

base::Result<std::shared_ptr<const Program>> Compile(const plan::ResolvedQuery& query,
                                                     const ProcessorConf& conf) {
  auto program = std::make_shared<Program>();
  std::optional<TimeZone> zone = TimeZone::Parse(conf.time_zone);
  if (!zone) return InvalidTimeZone(conf.time_zone);
  program->zone = *zone;
  program->output_schema = query.schema();
  MILLRACE_ASSIGN_OR_RETURN(program->arrow_schema, data::ToArrowSchema(query.schema()));
  MILLRACE_ASSIGN_OR_RETURN(FlatPlan flat, Flatten(*query.root));
  program->source = flat.source;
  program->json = ExtractJson(&flat);
  Compaction compaction(flat, program->json);
  program->required_columns = compaction.required;
  for (JsonColumns& columns : program->json) {
    columns.text = compaction.Apply(columns.text);
    columns.first_column = compaction(columns.first_column);
  }
  std::vector<BoundExpressionPtr> conditions;
  for (const auto& condition : flat.conditions) conditions.push_back(compaction.Apply(condition));
  for (const auto& output : flat.outputs) program->outputs.push_back(compaction.Apply(output));
  MILLRACE_RETURN_IF_ERROR(MakeJsonCalls(program.get()));
  MILLRACE_RETURN_IF_ERROR(SplitOutputs(std::move(conditions), program.get()));
  return std::shared_ptr<const Program>(std::move(program));
}

using Columns = std::vector<std::shared_ptr<arrow::Array>>;

class Worker : public PlanWorker {
 public:
  static base::Result<std::unique_ptr<PlanWorker>> New(std::shared_ptr<const Program> program) {
    auto worker = std::make_unique<Worker>();
    const TimeZone& zone = program->zone;
    for (std::size_t i = 0; i < program->json.size(); ++i) {
      Json json;
      MILLRACE_ASSIGN_OR_RETURN(json.text, Evaluator::Make(program->json[i].text, zone));
      MILLRACE_ASSIGN_OR_RETURN(json.runner, FromJsonRunner::New(program->json_calls[i]));
      worker->json_.push_back(std::move(json));
    }
    for (const auto& condition : program->native_conditions) {
      MILLRACE_ASSIGN_OR_RETURN(auto evaluator, Evaluator::Make(condition, zone));
      worker->conditions_.push_back(std::move(evaluator));
    }
    for (std::size_t i = 0; i < program->outputs.size(); ++i) {
      std::unique_ptr<Evaluator> evaluator;
      if (program->sql_column[i] < 0) {
        MILLRACE_ASSIGN_OR_RETURN(evaluator, Evaluator::Make(program->outputs[i], zone));
      }
      worker->outputs_.push_back(std::move(evaluator));
    }
    if (program->sql) {
      MILLRACE_ASSIGN_OR_RETURN(worker->session_, DuckDbSession::Open(*program->sql, zone));
    }
    worker->program_ = std::move(program);
    return std::unique_ptr<PlanWorker>(std::move(worker));
  }

  base::Result<std::shared_ptr<arrow::RecordBatch>> Process(
      const std::shared_ptr<arrow::RecordBatch>& input, const BatchContext& context,
      std::stop_token stop) override {
    std::int64_t rows = input->num_rows();
    Columns columns = input->columns();
    for (Json& json : json_) {
      if (stop.stop_requested()) return base::Status::Cancelled("the query is being stopped");
      EvalInput eval{columns, rows, context.timestamp_us};
      MILLRACE_ASSIGN_OR_RETURN(auto text, json.text->EvaluateColumn(eval));
      MILLRACE_ASSIGN_OR_RETURN(auto made, json.runner->Run(*text, context.timestamp_us));
      for (auto& column : made) columns.push_back(std::move(column));
    }
    if (stop.stop_requested()) return base::Status::Cancelled("the query is being stopped");
    DuckDbSession::Answer answer;
    if (session_ != nullptr) {
      MILLRACE_ASSIGN_OR_RETURN(
          answer, session_->Run(columns, rows, context.timestamp_us, std::move(stop)));
    } else if (!conditions_.empty()) {
      MILLRACE_ASSIGN_OR_RETURN(answer.rows, PassingRows(columns, rows, context.timestamp_us));
    }
    std::int64_t kept = answer.rows == nullptr ? rows : answer.rows->length();
    if (kept < rows) MILLRACE_RETURN_IF_ERROR(TakeUsed(*answer.rows, &columns));
    EvalInput eval{columns, kept, context.timestamp_us};
    Columns out;
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
      if (outputs_[i] == nullptr) {
        out.push_back(answer.columns[static_cast<std::size_t>(program_->sql_column[i])]);
        continue;
      }
      MILLRACE_ASSIGN_OR_RETURN(auto column, outputs_[i]->EvaluateColumn(eval));
      out.push_back(std::move(column));
    }
    return WithSchema(kept, std::move(out));
  }

 private:
  struct Json {
    std::unique_ptr<Evaluator> text;
    std::unique_ptr<FromJsonRunner> runner;
  };

  base::Result<std::shared_ptr<arrow::Array>> PassingRows(const Columns& columns, std::int64_t rows,
                                                          std::int64_t timestamp_us) {
    std::vector<std::shared_ptr<arrow::Array>> masks;
    for (auto& condition : conditions_) {
      EvalInput eval{columns, rows, timestamp_us};
      MILLRACE_ASSIGN_OR_RETURN(auto mask, condition->EvaluateColumn(eval));
      masks.push_back(std::move(mask));
    }
    MILLRACE_ASSIGN_OR_RETURN(auto passing, ColumnBuilder::Make(IntegerType()));
    passing->Reserve(rows);
    for (std::int64_t row = 0; row < rows; ++row) {
      bool pass = true;
      for (const auto& mask : masks) {
        const auto& bits = static_cast<const arrow::BooleanArray&>(*mask);
        pass = pass && bits.IsValid(row) && bits.Value(row);
      }
      if (pass) passing->AppendInt(row);
    }
    return passing->Finish();
  }

  // Keeps the passing rows of the columns that outputs still read.
  base::Status TakeUsed(const arrow::Array& rows, Columns* columns) const {
    std::set<int> used;
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
      if (outputs_[i] != nullptr) CollectColumns(*program_->outputs[i], &used);
    }
    for (int column : used) {
      auto& place = (*columns)[static_cast<std::size_t>(column)];
      auto taken = arrow::compute::Take(*place, rows, arrow::compute::TakeOptions::NoBoundsCheck());
      if (!taken.ok()) return data::FromArrow(taken.status());
      place = *taken;
    }
    return base::Status::Ok();
  }

  // The columns under the plan's names and nullability.
  base::Result<std::shared_ptr<arrow::RecordBatch>> WithSchema(std::int64_t rows, Columns columns) {
    const auto& schema = program_->arrow_schema;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const auto& type = schema->field(static_cast<int>(i))->type();
      if (columns[i]->type()->Equals(*type, true)) continue;
      auto viewed = columns[i]->View(type);
      if (!viewed.ok()) return data::FromArrow(viewed.status());
      columns[i] = *viewed;
    }
    return arrow::RecordBatch::Make(schema, rows, std::move(columns));
  }

  std::shared_ptr<const Program> program_;
  std::vector<Json> json_;
  std::vector<std::unique_ptr<Evaluator>> conditions_;
  std::vector<std::unique_ptr<Evaluator>> outputs_;
  std::unique_ptr<DuckDbSession> session_;
};

class Prepared : public PreparedPlan {
 public:
  explicit Prepared(std::shared_ptr<const Program> program) : program_(std::move(program)) {}

  const StructType& output_schema() const override { return program_->output_schema; }
  const std::vector<int>& required_columns(int source) const override {
    return source == program_->source ? program_->required_columns : program_->no_columns;
  }
  base::Result<std::unique_ptr<PlanWorker>> NewWorker() const override {
    return Worker::New(program_);
  }
  std::vector<std::string> Describe() const override {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < program_->outputs.size(); ++i) {
      const std::string& name = program_->output_schema[i].name;
      const std::string& text = program_->outputs[i]->text;
      const bool plain = program_->sql_column[i] >= 0 || text == name || text.ends_with("." + name);
      names.push_back(plain ? name : fmt::format("{} AS {}", text, name));
    }
    std::vector<std::string> operators = {fmt::format("Project [{}]", fmt::join(names, ", "))};
    if (program_->sql) {
      std::string line = "DuckDB " + program_->sql->text;
      const char* before = ", where ";
      for (const SqlFunction& function : program_->sql->functions) {
        line += fmt::format("{}{} is {}", std::exchange(before, ", "), function.name,
                            function.expression->text);
      }
      operators.push_back(std::move(line));
    }
    const auto& conditions = program_->native_conditions;
    for (auto condition = conditions.rbegin(); condition != conditions.rend(); ++condition) {
      operators.push_back("Filter " + (*condition)->text);
    }
    for (auto json = program_->json.rbegin(); json != program_->json.rend(); ++json) {
      operators.push_back(DescribeJson(*json));
    }
    return operators;
  }

 private:
  static std::string DescribeJson(const JsonColumns& columns) {
    if (columns.whole) {
      return fmt::format("FromJson {} AS {}", columns.text->text, columns.schema.simpleString());
    }
    std::vector<std::string> names;
    for (int field : columns.fields) names.push_back(columns.schema.fields()[field].name);
    return fmt::format("FromJson {}, fields [{}]", columns.text->text, fmt::join(names, ", "));
  }

  std::shared_ptr<const Program> program_;
};

class DuckDbProcessor : public Processor {
 public:
  base::Result<std::unique_ptr<PreparedPlan>> Prepare(const plan::ResolvedQuery& query,
                                                      const ProcessorConf& conf) override {
    MILLRACE_ASSIGN_OR_RETURN(auto program, Compile(query, conf));
    // Whatever cannot be made ready must fail here, not in the first batch.
    MILLRACE_RETURN_IF_ERROR(Worker::New(program).status());
    return std::unique_ptr<PreparedPlan>(std::make_unique<Prepared>(std::move(program)));
  }
};

}  // namespace

base::Result<std::unique_ptr<Processor>> NewDuckDbProcessor() {
  return std::unique_ptr<Processor>(std::make_unique<DuckDbProcessor>());
}

}  // namespace millrace::processor::duckdb
