#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "data/value.h"
#include "millrace/types.h"
#include "plan/resolved.h"
#include "processor/batch.h"
#include "session/batch_query.h"

namespace millrace::session {

/// What df.observe() has found out: a row.
struct Observation {
  std::string name;
  std::optional<std::int64_t> plan_id;
  StructType schema;
  std::vector<data::Value> values;  ///< One for each field.
};

/// Runs a whole query.
using RunQuery = std::function<base::Result<BatchResult>(plan::ResolvedQuery)>;

/// The metrics' relation with its Aggregate changed by `change`.
plan::ResolvedRelationPtr OverAggregate(const plan::ResolvedRelationPtr& row,
                                        const std::function<void(plan::Aggregate*)>& change);

/// The one row of the metrics over these sources.
base::Result<Observation> Observe(const plan::ObservedMetrics& metrics,
                                  const std::vector<plan::StreamSource>& sources,
                                  const RunQuery& run);

/// `rows`, and at their end the metrics of the query go to `observed`, which outlives the stream.
/// Each is a query of its own over the same tables; where the query only wants the first rows of
/// what is observed, these are observed.
std::unique_ptr<processor::RowStream> WithObservations(std::unique_ptr<processor::RowStream> rows,
                                                       const plan::ResolvedQuery& query,
                                                       RunQuery run,
                                                       std::vector<Observation>* observed);

}  // namespace millrace::session
