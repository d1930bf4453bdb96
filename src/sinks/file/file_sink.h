#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "clients/files/compactible_log.h"
#include "clients/files/file_writer.h"
#include "connector/sink.h"
#include "sinks/file/write_options.h"

namespace millrace::sinks::file {

/// Writes each batch as files, and names them in `_spark_metadata/<batch>` (Spark's FileStreamSink):
/// readers that know the log see a batch whole or not at all, and a batch that the log has is not
/// written again.
class FileSink : public connector::Sink {
 public:
  FileSink(std::shared_ptr<const clients::files::OutputPlan> plan,
           std::optional<std::chrono::milliseconds> retention, base::Clock* clock);

  std::string description() const override;
  base::Result<std::unique_ptr<connector::SinkBatch>> BeginBatch(std::int64_t batch_id,
                                                                 std::stop_token stop) override;

 private:
  class Batch;

  const std::shared_ptr<const clients::files::OutputPlan> plan_;
  clients::files::CompactibleLog log_;
};

/// `writeStream.format("parquet" | "text" | "json" | "csv")`. Append mode only.
class FileSinkProvider : public connector::SinkProvider {
 public:
  explicit FileSinkProvider(Format format) : format_(format) {}
  std::string_view format() const override { return FormatName(format_); }
  base::Result<std::unique_ptr<connector::Sink>> Create(
      connector::SinkContext context) const override;

 private:
  const Format format_;
};

}  // namespace millrace::sinks::file
