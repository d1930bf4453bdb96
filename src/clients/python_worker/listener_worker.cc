#include "clients/python_worker/listener_worker.h"

#include <utility>

#include "clients/python_worker/frames.h"

namespace millrace::clients::python_worker {

base::Result<std::unique_ptr<ListenerWorker>> ListenerWorker::Start(
    const SessionWorkerConfig& config, std::stop_token stop) {
  MILLRACE_ASSIGN_OR_RETURN(
      auto process,
      StartSessionWorker({"listener worker", "listener_worker", "Streaming query listener worker "},
                         config, std::move(stop)));
  return std::unique_ptr<ListenerWorker>(new ListenerWorker(std::move(process)));
}

base::Status ListenerWorker::Tell(QueryEvent event, std::string_view json, std::stop_token stop) {
  std::string request;
  AppendText(&request, json);
  AppendInt(&request, static_cast<std::int32_t>(event));
  MILLRACE_RETURN_IF_ERROR(process_->Send(request, stop).status());
  return ReceiveOutcome(process_.get(),
                        "Found error inside Streaming query listener Python process", stop);
}

}  // namespace millrace::clients::python_worker
