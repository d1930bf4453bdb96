#include <utility>

#include "processor/duckdb/batch_plan.h"
#include "processor/duckdb/batch_session.h"
#include "processor/duckdb/duckdb_processor.h"
#include "processor/duckdb/from_json_options.h"
#include "processor/duckdb/time_zone.h"

namespace millrace::processor::duckdb {
namespace {

/// Stands for a source whose columns only are asked for.
class NoRows : public InputTable {
 public:
  int partitions() const override { return 0; }
  std::int64_t row_count() const override { return -1; }
  base::Result<std::unique_ptr<RowStream>> Open(int, const std::vector<int>&,
                                                std::stop_token) override {
    return base::Status::Internal("duckdb: a query that is only described reads its source");
  }
};

class DuckDbBatchProcessor : public BatchProcessor {
 public:
  base::Result<std::unique_ptr<RowStream>> Run(const plan::ResolvedQuery& query,
                                               std::vector<std::shared_ptr<InputTable>> inputs,
                                               const ProcessorConf& conf,
                                               const BatchContext& context,
                                               std::stop_token stop) override {
    std::optional<TimeZone> zone = TimeZone::Parse(conf.time_zone);
    if (!zone) return InvalidTimeZone(conf.time_zone);
    MILLRACE_ASSIGN_OR_RETURN(BatchPlan plan, MakeBatchPlan(query, context.timestamp_us));
    BatchRun run;
    run.schema = query.schema();
    run.inputs = std::move(inputs);
    run.zone = *zone;
    run.threads = conf.threads;
    run.timestamp_us = context.timestamp_us;
    run.stop = std::move(stop);
    return StartBatch(std::move(plan), std::move(run));
  }

  base::Result<BatchDescription> Describe(const plan::ResolvedQuery& query,
                                          const ProcessorConf& conf) override {
    MILLRACE_ASSIGN_OR_RETURN(BatchPlan plan, MakeBatchPlan(query, 0));
    BatchDescription description;
    description.statement = plan.text;
    for (const NativeFunction& function : plan.functions) {
      description.functions.push_back(function.expression->text);
    }
    BatchRun run;
    run.schema = query.schema();
    run.inputs.assign(query.sources.size(), std::make_shared<NoRows>());
    run.zone = TimeZone::Parse(conf.time_zone).value_or(run.zone);
    MILLRACE_ASSIGN_OR_RETURN(description.source_columns,
                              ColumnsOfSources(std::move(plan), std::move(run)));
    return description;
  }
};

}  // namespace

base::Result<std::unique_ptr<BatchProcessor>> NewDuckDbBatchProcessor() {
  return std::unique_ptr<BatchProcessor>(std::make_unique<DuckDbBatchProcessor>());
}

}  // namespace millrace::processor::duckdb
