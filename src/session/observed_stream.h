#pragma once

#include <memory>

#include "base/result.h"
#include "plan/resolved.h"
#include "processor/batch.h"
#include "processor/processor.h"
#include "stream/run_batch.h"

namespace millrace::session {

/// A stream's plan that also shows the rows that df.observe() asks about, and who looks at them.
struct ObservedStream {
  std::unique_ptr<processor::PreparedPlan> plan;
  /// Null when nothing is observed. Keeps of a batch the columns that its metrics need, and
  /// computes them at the batch's end.
  std::shared_ptr<stream::BatchObserver> observer;
};

/// `plan` is the query's; `batch_processor` outlives what this gives.
base::Result<ObservedStream> ObserveStream(std::unique_ptr<processor::PreparedPlan> plan,
                                           const plan::ResolvedQuery& query,
                                           processor::Processor& processor,
                                           processor::BatchProcessor& batch_processor,
                                           const processor::ProcessorConf& conf);

}  // namespace millrace::session
