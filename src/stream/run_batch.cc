#include "stream/run_batch.h"

#include <algorithm>
#include <atomic>
#include <functional>

#include <arrow/record_batch.h>

namespace millrace::stream {
namespace {

/// Milliseconds since construction.
class Stopwatch {
 public:
  explicit Stopwatch(base::Clock* clock) : clock_(clock), start_(clock->Monotonic()) {}
  std::int64_t ElapsedMs() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(clock_->Monotonic() - start_)
        .count();
  }

 private:
  base::Clock* clock_;
  std::chrono::nanoseconds start_;
};

struct Task {
  int source;
  connector::InputPartition partition;
};

/// A partition of unknown size counts as a full worker's load.
std::int64_t LoadOf(const connector::InputPartition& partition) {
  return partition.estimated_rows < 0 ? BatchRunner::kRowsPerWorker : partition.estimated_rows;
}

}  // namespace

/// What the workers of one batch share.
struct BatchRunner::Work {
  std::vector<Task> tasks;
  std::atomic<std::size_t> next_task = 0;
  std::vector<std::atomic<std::int64_t>> input_rows;
  std::atomic<std::int64_t> output_rows = 0;
  processor::BatchContext context;
  std::stop_source stop;  // The query's stop, or the failure of another worker.

  explicit Work(std::size_t sources) : input_rows(sources) {}
};

base::Result<BatchOutcome> BatchRunner::Run(const BatchPlan& plan, std::stop_token stop) {
  BatchOutcome outcome;
  outcome.input_rows.resize(parts_.sources.size());
  const Stopwatch total(parts_.clock);
  MILLRACE_ASSIGN_OR_RETURN(auto batch, parts_.sink->BeginBatch(plan.id, stop));
  if (batch == nullptr) {
    outcome.already_in_sink = true;
    outcome.add_batch_ms = total.ElapsedMs();
    return outcome;
  }

  Work work(parts_.sources.size());
  work.context.timestamp_us = plan.timestamp_ms * 1000;
  if (parts_.observer != nullptr) parts_.observer->Begin();
  const Stopwatch planning(parts_.clock);
  std::int64_t rows = 0;
  for (std::size_t i = 0; i < parts_.sources.size(); ++i) {
    if (!plan.end[i] || plan.end[i] == plan.start[i]) continue;
    MILLRACE_ASSIGN_OR_RETURN(auto partitions,
                              parts_.sources[i]->PlanPartitions(plan.start[i], *plan.end[i], stop));
    for (connector::InputPartition& partition : partitions) {
      rows += LoadOf(partition);
      work.tasks.push_back({static_cast<int>(i), std::move(partition)});
    }
  }
  outcome.get_batch_ms = planning.ElapsedMs();

  // Large partitions first, so that the last one to be taken is a small one.
  std::stable_sort(work.tasks.begin(), work.tasks.end(), [](const Task& a, const Task& b) {
    return LoadOf(a.partition) > LoadOf(b.partition);
  });
  const std::int64_t wanted = (rows + kRowsPerWorker - 1) / kRowsPerWorker;
  const int workers = static_cast<int>(std::min<std::int64_t>(
      {wanted, parts_.pool->size(), static_cast<std::int64_t>(work.tasks.size())}));
  if (workers > 0) {
    while (static_cast<int>(workers_.size()) < workers) {
      MILLRACE_ASSIGN_OR_RETURN(auto worker, parts_.plan->NewWorker());
      workers_.push_back(std::move(worker));
    }
    std::stop_callback forward(stop, [&work] { work.stop.request_stop(); });
    std::vector<base::Status> failures(workers);
    std::vector<std::function<base::Status()>> jobs;
    for (int i = 0; i < workers; ++i) {
      jobs.push_back([&, i] {
        failures[i] = RunWorker(i, work, *batch);
        if (!failures[i].ok()) work.stop.request_stop();
        return failures[i];
      });
    }
    base::Status first = parts_.pool->RunAll(std::move(jobs));
    // The others were cancelled because one failed: that one is the news.
    for (const base::Status& failure : failures) {
      if (!failure.ok() && failure.code() != base::StatusCode::kCancelled) return failure;
    }
    MILLRACE_RETURN_IF_ERROR(first);
  }
  if (parts_.observer != nullptr) {
    MILLRACE_ASSIGN_OR_RETURN(outcome.observed, parts_.observer->Finish(work.context, stop));
  }
  MILLRACE_RETURN_IF_ERROR(batch->Commit(stop));
  for (std::size_t i = 0; i < outcome.input_rows.size(); ++i) {
    outcome.input_rows[i] = work.input_rows[i];
  }
  outcome.output_rows = work.output_rows;
  outcome.add_batch_ms = total.ElapsedMs() - outcome.get_batch_ms;
  return outcome;
}

base::Status BatchRunner::RunWorker(int worker, Work& work, connector::SinkBatch& batch) {
  const std::stop_token stop = work.stop.get_token();
  processor::PlanWorker& processor = *workers_[worker];
  std::unique_ptr<connector::SinkWriter> writer;
  while (true) {
    const std::size_t index = work.next_task.fetch_add(1);
    if (index >= work.tasks.size()) break;
    const Task& task = work.tasks[index];
    MILLRACE_ASSIGN_OR_RETURN(auto reader,
                              parts_.sources[task.source]->OpenReader(
                                  task.partition, parts_.plan->required_columns(task.source)));
    while (true) {
      MILLRACE_ASSIGN_OR_RETURN(auto rows, reader->Next(stop));
      if (rows == nullptr) break;
      work.input_rows[task.source] += rows->num_rows();
      auto processed = processor.Process(rows, work.context, stop);
      if (!processed.ok()) return processed.status().WithContext(task.partition.description);
      if ((*processed)->num_rows() == 0) continue;
      work.output_rows += (*processed)->num_rows();
      if (writer == nullptr) {
        MILLRACE_ASSIGN_OR_RETURN(writer, batch.NewWriter());
      }
      MILLRACE_RETURN_IF_ERROR(writer->Write(*processed));
    }
  }
  if (writer != nullptr) return writer->Finish();
  return base::Status::Ok();
}

}  // namespace millrace::stream
