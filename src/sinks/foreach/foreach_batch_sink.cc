#include "sinks/foreach/foreach_batch_sink.h"

#include <deque>
#include <mutex>
#include <utility>
#include <vector>

#include <arrow/record_batch.h>

#include "sinks/foreach/user_function_error.h"

namespace millrace::sinks::foreach {
namespace {

using base::Result;
using base::Status;
using Rows = std::vector<std::shared_ptr<arrow::RecordBatch>>;

class ForeachBatchSink : public connector::Sink {
 public:
  ForeachBatchSink(BatchFunction function, StructType schema)
      : function_(std::move(function)), schema_(std::move(schema)) {}

  std::string description() const override { return "ForeachBatchSink"; }

  Result<std::unique_ptr<connector::SinkBatch>> BeginBatch(std::int64_t batch_id,
                                                           std::stop_token stop) override {
    if (stop.stop_requested()) return Status::Cancelled("foreachBatch: stopped");
    return std::unique_ptr<connector::SinkBatch>(std::make_unique<Batch>(this, batch_id));
  }

 private:
  class Writer : public connector::SinkWriter {
   public:
    explicit Writer(Rows* rows) : rows_(rows) {}
    Status Write(const std::shared_ptr<arrow::RecordBatch>& rows) override {
      if (rows->num_rows() > 0) rows_->push_back(rows);
      return Status::Ok();
    }
    Status Finish() override { return Status::Ok(); }

   private:
    Rows* const rows_;
  };

  class Batch : public connector::SinkBatch {
   public:
    Batch(ForeachBatchSink* sink, std::int64_t id) : sink_(sink), id_(id) {}

    Result<std::unique_ptr<connector::SinkWriter>> NewWriter() override {
      std::lock_guard lock(mutex_);
      return std::unique_ptr<connector::SinkWriter>(
          std::make_unique<Writer>(&parts_.emplace_back()));
    }

    Status Commit(std::stop_token stop) override {
      Rows all;
      for (const Rows& part : parts_) all.insert(all.end(), part.begin(), part.end());
      auto table = connector::MakeTable(sink_->schema_, std::move(all),
                                        "batch " + std::to_string(id_));
      return UserFunctionError(sink_->function_(std::move(table), id_, stop),
                               "FOREACH_BATCH_USER_FUNCTION_ERROR");
    }

   private:
    ForeachBatchSink* const sink_;
    const std::int64_t id_;
    std::mutex mutex_;  // Protects the list, not the parts, which have one writer each.
    std::deque<Rows> parts_;
  };

  const BatchFunction function_;
  const StructType schema_;
};

class Provider : public connector::SinkProvider {
 public:
  explicit Provider(BatchFunction function) : function_(std::move(function)) {}
  std::string_view format() const override { return "foreachBatch"; }
  bool allows_temporary_checkpoint() const override { return true; }
  Result<std::unique_ptr<connector::Sink>> Create(connector::SinkContext context) const override {
    MILLRACE_RETURN_IF_ERROR(CheckNoOptions(context, "foreachBatch"));
    return std::unique_ptr<connector::Sink>(
        std::make_unique<ForeachBatchSink>(function_, std::move(context.schema)));
  }

 private:
  const BatchFunction function_;
};

}  // namespace

std::unique_ptr<connector::SinkProvider> MakeForeachBatchSink(BatchFunction function) {
  return std::make_unique<Provider>(std::move(function));
}

}  // namespace millrace::sinks::foreach
