#pragma once

#include <memory>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "clients/delta/actions.h"

namespace millrace::clients::delta {

/// Gathers actions as the rows of a checkpoint (PROTOCOL.md, "Checkpoint Schema"): one struct
/// column for each kind of action, exactly one of them not null in each row, everything nullable.
class CheckpointRows {
 public:
  /// `checkpoint_metadata`: with the column that makes it a V2 checkpoint.
  explicit CheckpointRows(bool checkpoint_metadata);
  ~CheckpointRows();

  const std::shared_ptr<arrow::Schema>& schema() const { return schema_; }
  std::int64_t rows() const { return rows_; }

  base::Status Append(const Action& action);
  base::Status AppendCheckpointMetadata(std::int64_t version);
  /// What was gathered since the last call.
  base::Result<std::shared_ptr<arrow::RecordBatch>> Take();

 private:
  class Builders;

  const std::shared_ptr<arrow::Schema> schema_;
  std::unique_ptr<Builders> builders_;
  std::int64_t rows_ = 0;
};

}  // namespace millrace::clients::delta
