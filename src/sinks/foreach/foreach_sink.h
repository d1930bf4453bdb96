#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "base/status.h"
#include "connector/sink.h"

namespace millrace::sinks::foreach {

/// Spark's ForeachWriter: takes one partition of one batch. One thread at a time.
class ForeachWriter {
 public:
  virtual ~ForeachWriter() = default;
  /// False: the rows of this partition are not wanted; Close() is called all the same. `epoch_id` is
  /// the batch's id.
  virtual base::Result<bool> Open(std::int64_t partition_id, std::int64_t epoch_id,
                                  std::stop_token stop) = 0;
  virtual base::Status Process(const arrow::RecordBatch& rows, std::stop_token stop) = 0;
  /// Once after an Open() that did not fail; `error` is Ok when all rows were taken.
  virtual base::Status Close(const base::Status& error, std::stop_token stop) = 0;
};

/// Makes a writer for one partition; what it was made with is in the context. Thread-safe.
using ForeachWriterFactory =
    std::function<base::Result<std::unique_ptr<ForeachWriter>>(const connector::SinkContext&)>;

/// Spark's foreach: a ForeachWriter for each part of a batch that a worker thread has rows of. At
/// least once, and parts may be cut differently when a batch is repeated. A failure of the writer is
/// FOREACH_USER_FUNCTION_ERROR with its message; a PythonException stays as it is. In no list of connectors; all output modes,
/// temporary checkpoints allowed. `check` refuses what the writers cannot take, at start.
std::unique_ptr<connector::SinkProvider> MakeForeachSink(
    ForeachWriterFactory factory,
    std::function<base::Status(const connector::SinkContext&)> check = nullptr);

}  // namespace millrace::sinks::foreach
