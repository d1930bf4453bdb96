#include "clients/python_worker/foreach_batch_worker.h"

#include <utility>

#include "clients/python_worker/frames.h"

namespace millrace::clients::python_worker {

using base::Result;
using base::Status;

Result<std::unique_ptr<ForeachBatchWorker>> ForeachBatchWorker::Start(
    const SessionWorkerConfig& config, std::stop_token stop) {
  MILLRACE_ASSIGN_OR_RETURN(
      auto process, StartSessionWorker({"foreachBatch worker", "foreach_batch_worker",
                                        "Streaming ForeachBatch worker "},
                                       config, std::move(stop)));
  return std::unique_ptr<ForeachBatchWorker>(new ForeachBatchWorker(std::move(process)));
}

Status ForeachBatchWorker::RunBatch(std::string_view dataframe_id, std::int64_t batch_id,
                                    std::stop_token stop) {
  std::string request;
  AppendText(&request, dataframe_id);
  AppendLong(&request, batch_id);
  MILLRACE_RETURN_IF_ERROR(process_->Send(request, stop).status());
  return ReceiveOutcome(process_.get(), "Found error inside foreachBatch Python process", stop);
}

}  // namespace millrace::clients::python_worker
