#pragma once

#include <atomic>
#include <string>
#include <string_view>

#include "connector/sink.h"

namespace millrace::sinks::noop {

/// Runs the query and drops its rows: for measuring, as in Spark.
class NoopSink : public connector::Sink {
 public:
  std::string description() const override { return "NoopTable"; }
  base::Result<std::unique_ptr<connector::SinkBatch>> BeginBatch(std::int64_t batch_id,
                                                                 std::stop_token stop) override;
  std::int64_t reported_output_rows() const override { return output_rows_; }

 private:
  class Batch;
  std::int64_t output_rows_ = 0;
};

class NoopSinkProvider : public connector::SinkProvider {
 public:
  std::string_view format() const override { return "noop"; }
  bool allows_temporary_checkpoint() const override { return true; }
  base::Result<std::unique_ptr<connector::Sink>> Create(
      connector::SinkContext context) const override;
};

}  // namespace millrace::sinks::noop
