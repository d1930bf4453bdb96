#include "sinks/noop/noop_sink.h"

#include <arrow/record_batch.h>

namespace millrace::sinks::noop {

using base::Result;
using base::Status;

class NoopSink::Batch : public connector::SinkBatch {
 public:
  explicit Batch(NoopSink* sink) : sink_(sink) {}

  Result<std::unique_ptr<connector::SinkWriter>> NewWriter() override {
    class Writer : public connector::SinkWriter {
     public:
      explicit Writer(std::atomic<std::int64_t>* rows) : rows_(rows) {}
      Status Write(const std::shared_ptr<arrow::RecordBatch>& rows) override {
        *rows_ += rows->num_rows();
        return Status::Ok();
      }
      Status Finish() override { return Status::Ok(); }

     private:
      std::atomic<std::int64_t>* const rows_;
    };
    return std::unique_ptr<connector::SinkWriter>(std::make_unique<Writer>(&rows_));
  }
  Status Commit(std::stop_token) override {
    sink_->output_rows_ = rows_;
    return Status::Ok();
  }

 private:
  NoopSink* const sink_;
  std::atomic<std::int64_t> rows_ = 0;
};

Result<std::unique_ptr<connector::SinkBatch>> NoopSink::BeginBatch(std::int64_t,
                                                                   std::stop_token stop) {
  if (stop.stop_requested()) return Status::Cancelled("noop sink: stopped");
  return std::unique_ptr<connector::SinkBatch>(std::make_unique<Batch>(this));
}

Result<std::unique_ptr<connector::Sink>> NoopSinkProvider::Create(
    connector::SinkContext context) const {
  MILLRACE_RETURN_IF_ERROR(
      context.options.CheckAllHonoured("noop sink", {"checkpointLocation", "queryName"}));
  return std::unique_ptr<connector::Sink>(std::make_unique<NoopSink>());
}

}  // namespace millrace::sinks::noop
