#include "sinks/foreach/foreach_sink.h"

#include <atomic>
#include <utility>

#include <arrow/record_batch.h>

#include "sinks/foreach/user_function_error.h"

namespace millrace::sinks::foreach {
namespace {

using base::Result;
using base::Status;

constexpr const char* kCondition = "FOREACH_USER_FUNCTION_ERROR";

/// Opens, fills and closes one ForeachWriter.
class Writer : public connector::SinkWriter {
 public:
  Writer(std::unique_ptr<ForeachWriter> writer, std::stop_token stop)
      : writer_(std::move(writer)), stop_(std::move(stop)) {}

  ~Writer() override {
    if (open_) (void)Close(Status::Cancelled("foreach: the batch was given up"));
  }

  Status Open(std::int64_t partition_id, std::int64_t epoch_id) {
    const Result<bool> wanted = writer_->Open(partition_id, epoch_id, stop_);
    if (!wanted.ok()) return UserFunctionError(wanted.status(), kCondition);
    open_ = true;
    wanted_ = *wanted;
    return Status::Ok();
  }

  Status Write(const std::shared_ptr<arrow::RecordBatch>& rows) override {
    if (!wanted_ || rows->num_rows() == 0) return Status::Ok();
    const Status status = writer_->Process(*rows, stop_);
    if (status.ok()) return status;
    (void)Close(status);  // The first failure is the one to tell.
    return UserFunctionError(status, kCondition);
  }

  Status Finish() override { return UserFunctionError(Close(Status::Ok()), kCondition); }

 private:
  Status Close(const Status& error) {
    wanted_ = false;
    open_ = false;
    return writer_->Close(error, stop_);
  }

  const std::unique_ptr<ForeachWriter> writer_;
  const std::stop_token stop_;
  bool open_ = false;
  bool wanted_ = false;
};

class ForeachSink : public connector::Sink {
 public:
  ForeachSink(ForeachWriterFactory factory, connector::SinkContext context)
      : factory_(std::move(factory)), context_(std::move(context)) {}

  std::string description() const override { return "ForeachSink"; }

  Result<std::unique_ptr<connector::SinkBatch>> BeginBatch(std::int64_t batch_id,
                                                           std::stop_token stop) override {
    if (stop.stop_requested()) return Status::Cancelled("foreach: stopped");
    return std::unique_ptr<connector::SinkBatch>(
        std::make_unique<Batch>(this, batch_id, std::move(stop)));
  }

 private:
  class Batch : public connector::SinkBatch {
   public:
    Batch(ForeachSink* sink, std::int64_t id, std::stop_token stop)
        : sink_(sink), id_(id), stop_(std::move(stop)) {}

    Result<std::unique_ptr<connector::SinkWriter>> NewWriter() override {
      MILLRACE_ASSIGN_OR_RETURN(auto made, sink_->factory_(sink_->context_));
      auto writer = std::make_unique<Writer>(std::move(made), stop_);
      MILLRACE_RETURN_IF_ERROR(writer->Open(next_partition_++, id_));
      return std::unique_ptr<connector::SinkWriter>(std::move(writer));
    }

    Status Commit(std::stop_token) override { return Status::Ok(); }

   private:
    ForeachSink* const sink_;
    const std::int64_t id_;
    const std::stop_token stop_;
    std::atomic<std::int64_t> next_partition_ = 0;
  };

  const ForeachWriterFactory factory_;
  const connector::SinkContext context_;
};

class Provider : public connector::SinkProvider {
 public:
  Provider(ForeachWriterFactory factory,
           std::function<Status(const connector::SinkContext&)> check)
      : factory_(std::move(factory)), check_(std::move(check)) {}
  std::string_view format() const override { return "foreach"; }
  bool allows_temporary_checkpoint() const override { return true; }
  Result<std::unique_ptr<connector::Sink>> Create(connector::SinkContext context) const override {
    MILLRACE_RETURN_IF_ERROR(CheckNoOptions(context, "foreach"));
    if (check_ != nullptr) MILLRACE_RETURN_IF_ERROR(check_(context));
    return std::unique_ptr<connector::Sink>(
        std::make_unique<ForeachSink>(factory_, std::move(context)));
  }

 private:
  const ForeachWriterFactory factory_;
  const std::function<Status(const connector::SinkContext&)> check_;
};

}  // namespace

std::unique_ptr<connector::SinkProvider> MakeForeachSink(
    ForeachWriterFactory factory,
    std::function<base::Status(const connector::SinkContext&)> check) {
  return std::make_unique<Provider>(std::move(factory), std::move(check));
}

}  // namespace millrace::sinks::foreach
