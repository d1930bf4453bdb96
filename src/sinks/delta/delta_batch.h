#pragma once

#include <cstdint>
#include <memory>

#include "connector/sink.h"
#include "sinks/delta/delta_sink.h"
#include "sinks/delta/delta_writer.h"

namespace millrace::sinks::delta {

/// One batch on its way into the table. Files that were written for a batch that is then dropped
/// are removed, unless the commit may have happened.
class DeltaBatch : public connector::SinkBatch {
 public:
  /// `sink` outlives the batch.
  DeltaBatch(DeltaSink* sink, std::int64_t batch_id, std::shared_ptr<const WritePlan> plan);
  ~DeltaBatch() override;

  base::Result<std::unique_ptr<connector::SinkWriter>> NewWriter() override;
  base::Status Commit(std::stop_token stop) override;

 private:
  base::Status FillTransaction();

  DeltaSink* const sink_;
  const std::int64_t batch_id_;
  const std::shared_ptr<const WritePlan> plan_;
  BatchFiles files_;
  clients::delta::Transaction transaction_;
  bool filled_ = false;
  bool committed_ = false;
};

}  // namespace millrace::sinks::delta
