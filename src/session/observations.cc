#include "session/observations.h"

#include <algorithm>
#include <utility>

#include <arrow/record_batch.h>

#include "data/arrow_value.h"

namespace millrace::session {
namespace {

using plan::ResolvedRelationPtr;

ResolvedRelationPtr ObservedRows(const ResolvedRelationPtr& relation) {
  if (const auto* project = std::get_if<plan::Project>(&relation->node)) {
    return ObservedRows(project->input);
  }
  const auto* aggregate = std::get_if<plan::Aggregate>(&relation->node);
  return aggregate == nullptr ? nullptr : aggregate->input;
}

/// The least LIMIT between the root and `rows` when nothing else but projections stands there.
std::optional<std::int64_t> LimitOver(const ResolvedRelationPtr& root,
                                      const ResolvedRelationPtr& rows) {
  std::optional<std::int64_t> least;
  for (ResolvedRelationPtr at = root; at != rows;) {
    if (const auto* project = std::get_if<plan::Project>(&at->node)) {
      at = project->input;
    } else if (const auto* limit = std::get_if<plan::Limit>(&at->node);
               limit != nullptr && limit->limit && limit->offset == 0) {
      least = std::min(least.value_or(*limit->limit), *limit->limit);
      at = limit->input;
    } else {
      return std::nullopt;
    }
  }
  return least;
}

class ObservingStream : public processor::RowStream {
 public:
  ObservingStream(std::unique_ptr<processor::RowStream> rows, plan::ResolvedQuery query,
                  RunQuery run, std::vector<Observation>* observed)
      : rows_(std::move(rows)),
        query_(std::move(query)),
        run_(std::move(run)),
        observed_(observed) {}

  base::Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    MILLRACE_ASSIGN_OR_RETURN(auto rows, rows_->Next());
    if (rows != nullptr || done_) return rows;
    done_ = true;
    for (const plan::ObservedMetrics& metrics : query_.observed) {
      MILLRACE_ASSIGN_OR_RETURN(Observation one, Observe(Limited(metrics), query_.sources, run_));
      observed_->push_back(std::move(one));
    }
    return rows;
  }

 private:
  plan::ObservedMetrics Limited(plan::ObservedMetrics metrics) const {
    const ResolvedRelationPtr observed = ObservedRows(metrics.row);
    if (observed == nullptr) return metrics;
    const auto limit = LimitOver(query_.root, observed);
    if (!limit) return metrics;
    metrics.row = OverAggregate(metrics.row, [&](plan::Aggregate* aggregate) {
      aggregate->input = std::make_shared<const plan::ResolvedRelation>(
          plan::ResolvedRelation{observed->schema, plan::Limit{observed, limit, 0}});
    });
    return metrics;
  }

  const std::unique_ptr<processor::RowStream> rows_;
  const plan::ResolvedQuery query_;
  const RunQuery run_;
  std::vector<Observation>* const observed_;
  bool done_ = false;
};

}  // namespace

ResolvedRelationPtr OverAggregate(const ResolvedRelationPtr& row,
                                  const std::function<void(plan::Aggregate*)>& change) {
  plan::ResolvedRelation copy = *row;
  if (auto* project = std::get_if<plan::Project>(&copy.node)) {
    project->input = OverAggregate(project->input, change);
  } else if (auto* aggregate = std::get_if<plan::Aggregate>(&copy.node)) {
    change(aggregate);
  }
  return std::make_shared<const plan::ResolvedRelation>(std::move(copy));
}

base::Result<Observation> Observe(const plan::ObservedMetrics& metrics,
                                  const std::vector<plan::StreamSource>& sources,
                                  const RunQuery& run) {
  Observation observation{metrics.name, metrics.plan_id, metrics.row->schema, {}};
  MILLRACE_ASSIGN_OR_RETURN(
      BatchResult result,
      run({.root = metrics.row, .sources = sources, .is_streaming = false, .observed = {}}));
  while (true) {
    MILLRACE_ASSIGN_OR_RETURN(const auto rows, result.rows->Next());
    if (rows == nullptr) {
      return base::Status::Internal("the metrics " + metrics.name + " have no row");
    }
    if (rows->num_rows() == 0) continue;
    for (std::size_t i = 0; i < observation.schema.size(); ++i) {
      MILLRACE_ASSIGN_OR_RETURN(data::Value value,
                                data::ValueOfCell(*rows->column(static_cast<int>(i)), 0,
                                                  observation.schema[i].dataType));
      observation.values.push_back(std::move(value));
    }
    return observation;
  }
}

std::unique_ptr<processor::RowStream> WithObservations(std::unique_ptr<processor::RowStream> rows,
                                                       const plan::ResolvedQuery& query,
                                                       RunQuery run,
                                                       std::vector<Observation>* observed) {
  if (query.observed.empty() || observed == nullptr) return rows;
  return std::make_unique<ObservingStream>(std::move(rows), query, std::move(run), observed);
}

}  // namespace millrace::session
