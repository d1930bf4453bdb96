#include "session/observed_stream.h"

#include <algorithm>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include <arrow/record_batch.h>
#include <fmt/format.h>

#include "analysis/rewrite.h"
#include "connector/table.h"
#include "data/row_json.h"
#include "data/time_zone.h"
#include "session/observations.h"
#include "session/session_sources.h"

namespace millrace::session {
namespace {

using processor::BatchContext;
using processor::PlanWorker;
using processor::PreparedPlan;
using Rows = std::shared_ptr<arrow::RecordBatch>;

/// One df.observe(): the columns that its metrics need as a plan over the stream's source, and the
/// metrics over a table of these.
struct Tap {
  std::unique_ptr<PreparedPlan> rows;
  plan::ObservedMetrics metrics;
  StructType schema;
  /// Where metrics of parts of the rows can be put together: those of a part, as one row, and the
  /// metrics over such rows. Else null.
  plan::ResolvedRelationPtr part;
  plan::ObservedMetrics whole;
};

/// So many rows of a tap are made one of its parts.
constexpr std::int64_t kPartRows = 64 * 1024;

plan::BoundExpressionPtr Column(const StructType& schema, int index) {
  const StructField& field = schema[static_cast<std::size_t>(index)];
  return std::make_shared<const plan::BoundExpression>(plan::BoundExpression{
      field.dataType, field.nullable, plan::ColumnRef{index}, field.name});
}

/// `count(1)` needs no column, but rows.
plan::BoundExpressionPtr One() {
  return std::make_shared<const plan::BoundExpression>(plan::BoundExpression{
      IntegerType(), false, plan::Constant{data::Value::Int(1)}, "1"});
}

std::set<int> ColumnsOf(const plan::Aggregate& aggregate) {
  std::set<int> columns;
  for (const auto& call : aggregate.aggregates) {
    analysis::AnyPart(*call, [&](const plan::BoundExpression& part) {
      const auto* column = std::get_if<plan::ColumnRef>(&part.node);
      if (column != nullptr) columns.insert(column->index);
      return false;
    });
  }
  return columns;
}

/// The columns of `needed` as a relation over `rows`.
plan::ResolvedRelationPtr Narrowed(const plan::ResolvedRelationPtr& rows,
                                   const std::set<int>& needed) {
  plan::Project project{rows, {}};
  StructType schema;
  for (const int index : needed) {
    project.expressions.push_back(Column(rows->schema, index));
    schema = schema.add(rows->schema[static_cast<std::size_t>(index)]);
  }
  if (needed.empty()) {
    project.expressions.push_back(One());
    schema = schema.add("1", IntegerType(), false);
  }
  return std::make_shared<const plan::ResolvedRelation>(
      plan::ResolvedRelation{std::move(schema), std::move(project)});
}

bool IsPlainNumber(const DataType& type) {
  return type.isNumeric() && !type.is(DataType::Kind::kDecimal);
}

/// What puts together the values that `call` has for parts of the rows; null: nothing does.
plan::BoundExpressionPtr Combined(const plan::BoundExpression& call,
                                  plan::BoundExpressionPtr parts) {
  const auto* aggregate = std::get_if<plan::AggregateCall>(&call.node);
  if (aggregate == nullptr || aggregate->distinct || !aggregate->order_by.empty()) return nullptr;
  const std::string& function = aggregate->function;
  const bool is_sum = function == "sum" && IsPlainNumber(aggregate->args[0]->type);
  if (!is_sum && function != "count" && function != "min" && function != "max") return nullptr;
  plan::AggregateCall combined;
  combined.function = function == "count" ? "sum" : function;
  combined.args = {std::move(parts)};
  combined.options = aggregate->options;
  return std::make_shared<const plan::BoundExpression>(plan::BoundExpression{
      call.type, call.nullable, std::move(combined), call.text});
}

/// Fills `part` and `whole` where that is possible.
void Divide(Tap* tap) {
  plan::Aggregate over_rows;
  OverAggregate(tap->metrics.row, [&](plan::Aggregate* aggregate) { over_rows = *aggregate; });
  if (!over_rows.groupings.empty()) return;
  StructType schema;
  for (std::size_t i = 0; i < over_rows.aggregates.size(); ++i) {
    const plan::BoundExpression& call = *over_rows.aggregates[i];
    schema = schema.add(fmt::format("c{}", i), call.type, call.nullable);
  }
  std::vector<plan::BoundExpressionPtr> combined;
  for (std::size_t i = 0; i < over_rows.aggregates.size(); ++i) {
    combined.push_back(Combined(*over_rows.aggregates[i], Column(schema, static_cast<int>(i))));
    if (combined.back() == nullptr) return;
  }
  tap->whole = tap->metrics;
  tap->whole.row = OverAggregate(tap->metrics.row, [&](plan::Aggregate* aggregate) {
    aggregate->input = std::make_shared<const plan::ResolvedRelation>(
        plan::ResolvedRelation{schema, plan::Scan{0, false}});
    aggregate->aggregates = combined;
  });
  tap->part = std::make_shared<const plan::ResolvedRelation>(
      plan::ResolvedRelation{std::move(schema), std::move(over_rows)});
}

base::Result<Tap> MakeTap(const plan::ObservedMetrics& metrics, const plan::ResolvedQuery& query,
                          processor::Processor& processor, const processor::ProcessorConf& conf) {
  Tap tap;
  plan::ResolvedRelationPtr narrowed;
  tap.metrics = metrics;
  tap.metrics.row = OverAggregate(metrics.row, [&](plan::Aggregate* aggregate) {
    const std::set<int> needed = ColumnsOf(*aggregate);
    narrowed = Narrowed(aggregate->input, needed);
    std::vector<int> targets(aggregate->input->schema.size(), -1);
    int next = 0;
    for (const int index : needed) targets[static_cast<std::size_t>(index)] = next++;
    for (auto& call : aggregate->aggregates) call = analysis::MoveColumns(call, targets);
    aggregate->input = std::make_shared<const plan::ResolvedRelation>(
        plan::ResolvedRelation{narrowed->schema, plan::Scan{0, false}});
  });
  if (narrowed == nullptr) {
    return base::Status::Internal("the metrics " + metrics.name + " are no aggregation");
  }
  tap.schema = narrowed->schema;
  MILLRACE_ASSIGN_OR_RETURN(
      tap.rows, processor.Prepare({.root = narrowed,
                                   .sources = query.sources,
                                   .is_streaming = true,
                                   .observed = {}},
                                  conf));
  Divide(&tap);
  return tap;
}

/// The rows of one batch, by tap, summed up as they come where that is possible. Thread-safe.
class Observer : public stream::BatchObserver {
 public:
  Observer(std::vector<Tap> taps, processor::BatchProcessor& processor,
           processor::ProcessorConf conf, absl::TimeZone zone)
      : taps_(std::move(taps)),
        processor_(processor),
        conf_(std::move(conf)),
        zone_(zone),
        gathered_(taps_.size()) {}

  const std::vector<Tap>& taps() const { return taps_; }

  base::Status Add(std::size_t tap, Rows rows, const BatchContext& context, std::stop_token stop) {
    if (rows->num_rows() == 0) return base::Status::Ok();
    std::vector<Rows> full;
    {
      std::lock_guard lock(mutex_);
      Gathered& gathered = gathered_[tap];
      gathered.row_count += rows->num_rows();
      gathered.rows.push_back(std::move(rows));
      if (taps_[tap].part == nullptr || gathered.row_count < kPartRows) return base::Status::Ok();
      full = std::exchange(gathered.rows, {});
      gathered.row_count = 0;
    }
    MILLRACE_ASSIGN_OR_RETURN(
        Rows part, PartOf(taps_[tap], std::move(full), context, std::move(stop)));
    std::lock_guard lock(mutex_);
    gathered_[tap].parts.push_back(std::move(part));
    return base::Status::Ok();
  }

  void Begin() override {
    std::lock_guard lock(mutex_);
    for (auto& gathered : gathered_) gathered = Gathered();
  }

  base::Result<stream::ObservedRows> Finish(const BatchContext& context,
                                            std::stop_token stop) override {
    std::vector<Gathered> all(taps_.size());
    {
      std::lock_guard lock(mutex_);
      all.swap(gathered_);
    }
    const RunQuery run = [&](plan::ResolvedQuery query) {
      return StartBatch(std::move(query), processor_, conf_, context, stop);
    };
    stream::ObservedRows observed;
    for (std::size_t i = 0; i < taps_.size(); ++i) {
      const Tap& tap = taps_[i];
      const bool in_parts = !all[i].parts.empty();
      if (in_parts && !all[i].rows.empty()) {
        MILLRACE_ASSIGN_OR_RETURN(Rows part, PartOf(tap, std::move(all[i].rows), context, stop));
        all[i].parts.push_back(std::move(part));
      }
      auto table = in_parts ? connector::MakeTable(tap.part->schema, std::move(all[i].parts),
                                                   "observed parts")
                            : connector::MakeTable(tap.schema, std::move(all[i].rows),
                                                   "observed rows");
      MILLRACE_ASSIGN_OR_RETURN(const Observation one,
                                Observe(in_parts ? tap.whole : tap.metrics,
                                        {SourceOf(std::move(table), "observed")}, run));
      observed.emplace_back(one.name,
                            ObservedRow{one.schema, data::RowJson(one.values, one.schema, zone_),
                                        data::RowValuesJson(one.values, one.schema)});
    }
    return observed;
  }

 private:
  struct Gathered {
    std::vector<Rows> rows;
    std::int64_t row_count = 0;
    std::vector<Rows> parts;
  };

  base::Result<Rows> PartOf(const Tap& tap, std::vector<Rows> rows, const BatchContext& context,
                            std::stop_token stop) const {
    auto table = connector::MakeTable(tap.schema, std::move(rows), "observed rows");
    MILLRACE_ASSIGN_OR_RETURN(
        BatchResult result,
        StartBatch({.root = tap.part,
                    .sources = {SourceOf(std::move(table), "observed")},
                    .is_streaming = false,
                    .observed = {}},
                   processor_, conf_, context, std::move(stop)));
    while (true) {
      MILLRACE_ASSIGN_OR_RETURN(Rows part, result.rows->Next());
      if (part == nullptr) {
        return base::Status::Internal("the metrics " + tap.metrics.name + " have no row");
      }
      if (part->num_rows() > 0) return part;
    }
  }

  const std::vector<Tap> taps_;
  processor::BatchProcessor& processor_;
  const processor::ProcessorConf conf_;
  const absl::TimeZone zone_;
  std::mutex mutex_;  // Protects gathered_.
  std::vector<Gathered> gathered_;
};

/// Where the columns of one plan stand among those that are read.
class Selection {
 public:
  Selection(const std::vector<int>& wanted, const std::vector<int>& read) {
    for (const int column : wanted) {
      places_.push_back(static_cast<int>(std::ranges::lower_bound(read, column) - read.begin()));
    }
    is_all_ = places_.size() == read.size();
  }
  base::Result<Rows> Of(const Rows& rows) const {
    if (is_all_) return rows;
    auto selected = rows->SelectColumns(places_);
    if (!selected.ok()) return base::Status::Internal(selected.status().ToString());
    return selected.MoveValueUnsafe();
  }

 private:
  std::vector<int> places_;
  bool is_all_ = false;
};

class ObservedWorker : public PlanWorker {
 public:
  struct Part {
    std::unique_ptr<PlanWorker> worker;
    Selection columns;
  };
  ObservedWorker(Part main, std::vector<Part> taps, std::shared_ptr<Observer> observer)
      : main_(std::move(main)), taps_(std::move(taps)), observer_(std::move(observer)) {}

  base::Result<Rows> Process(const Rows& input, const BatchContext& context,
                             std::stop_token stop) override {
    for (std::size_t i = 0; i < taps_.size(); ++i) {
      MILLRACE_ASSIGN_OR_RETURN(Rows rows, RunPart(taps_[i], input, context, stop));
      MILLRACE_RETURN_IF_ERROR(observer_->Add(i, std::move(rows), context, stop));
    }
    return RunPart(main_, input, context, std::move(stop));
  }

 private:
  static base::Result<Rows> RunPart(const Part& part, const Rows& input,
                                    const BatchContext& context, std::stop_token stop) {
    MILLRACE_ASSIGN_OR_RETURN(const Rows rows, part.columns.Of(input));
    return part.worker->Process(rows, context, std::move(stop));
  }

  const Part main_;
  const std::vector<Part> taps_;
  const std::shared_ptr<Observer> observer_;
};

class ObservedPlan : public PreparedPlan {
 public:
  ObservedPlan(std::unique_ptr<PreparedPlan> main, std::shared_ptr<Observer> observer, int sources)
      : main_(std::move(main)), observer_(std::move(observer)) {
    for (int source = 0; source < sources; ++source) {
      std::set<int> read(main_->required_columns(source).begin(),
                         main_->required_columns(source).end());
      for (const Tap& tap : observer_->taps()) {
        const auto& columns = tap.rows->required_columns(source);
        read.insert(columns.begin(), columns.end());
      }
      required_.emplace_back(read.begin(), read.end());
    }
  }

  const StructType& output_schema() const override { return main_->output_schema(); }
  const std::vector<int>& required_columns(int source) const override {
    return required_[static_cast<std::size_t>(source)];
  }
  std::vector<std::string> Describe() const override { return main_->Describe(); }

  base::Result<std::unique_ptr<PlanWorker>> NewWorker() const override {
    MILLRACE_ASSIGN_OR_RETURN(auto main, PartOf(*main_));
    std::vector<ObservedWorker::Part> taps;
    for (const Tap& tap : observer_->taps()) {
      MILLRACE_ASSIGN_OR_RETURN(auto part, PartOf(*tap.rows));
      taps.push_back(std::move(part));
    }
    return std::unique_ptr<PlanWorker>(
        std::make_unique<ObservedWorker>(std::move(main), std::move(taps), observer_));
  }

 private:
  /// A plan reads one source: the one of which it needs columns, or the first.
  base::Result<ObservedWorker::Part> PartOf(const PreparedPlan& plan) const {
    std::size_t source = 0;
    while (source + 1 < required_.size() && required_[source].empty()) ++source;
    MILLRACE_ASSIGN_OR_RETURN(auto worker, plan.NewWorker());
    return ObservedWorker::Part{
        std::move(worker),
        Selection(plan.required_columns(static_cast<int>(source)), required_[source])};
  }

  const std::unique_ptr<PreparedPlan> main_;
  const std::shared_ptr<Observer> observer_;
  std::vector<std::vector<int>> required_;
};

}  // namespace

base::Result<ObservedStream> ObserveStream(std::unique_ptr<PreparedPlan> plan,
                                           const plan::ResolvedQuery& query,
                                           processor::Processor& processor,
                                           processor::BatchProcessor& batch_processor,
                                           const processor::ProcessorConf& conf) {
  if (query.observed.empty()) return ObservedStream{std::move(plan), nullptr};
  std::vector<Tap> taps;
  for (const plan::ObservedMetrics& metrics : query.observed) {
    MILLRACE_ASSIGN_OR_RETURN(Tap tap, MakeTap(metrics, query, processor, conf));
    taps.push_back(std::move(tap));
  }
  MILLRACE_ASSIGN_OR_RETURN(const absl::TimeZone zone, data::LoadTimeZone(conf.time_zone));
  auto observer = std::make_shared<Observer>(std::move(taps), batch_processor, conf, zone);
  ObservedStream observed;
  observed.plan = std::make_unique<ObservedPlan>(std::move(plan), observer,
                                                 static_cast<int>(query.sources.size()));
  observed.observer = std::move(observer);
  return observed;
}

}  // namespace millrace::session
