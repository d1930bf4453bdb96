#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connector/source.h"
#include "sources/rate/rate_options.h"

namespace millrace::sources::rate {

/// Rows of a counter at a steady rate: `timestamp TIMESTAMP, value BIGINT` (Spark's
/// RateStreamMicroBatchStream). Offsets are whole seconds since the stream was created, which
/// `sources/<i>/0` remembers. A range of seconds always gives the same rows: value v of the range
/// [a, b) has the time at which an even flow would have brought it. Partition p of n holds the
/// range's rows p, p + n, p + 2n, ...
class RateSource : public connector::Source {
 public:
  RateSource(connector::SourceContext context, RateOptions options);

  const StructType& schema() const override { return schema_; }
  std::string description() const override;
  base::Result<std::optional<connector::Offset>> InitialOffset(std::stop_token stop) override;
  base::Status PrepareAvailableNow(std::stop_token stop) override;
  base::Result<std::optional<connector::Offset>> LatestOffset(
      const std::optional<connector::Offset>& start, connector::ReadLimit limit,
      std::stop_token stop) override;
  std::optional<connector::Offset> ReportLatestOffset() const override { return latest_; }
  base::Result<std::vector<connector::InputPartition>> PlanPartitions(
      const std::optional<connector::Offset>& start, const connector::Offset& end,
      std::stop_token stop) override;
  base::Result<std::unique_ptr<connector::PartitionReader>> OpenReader(
      const connector::InputPartition& partition, const std::vector<int>& columns) override;
  base::Status Commit(const connector::Offset&) override { return base::Status::Ok(); }

 private:
  /// When the stream was created, milliseconds since the epoch; stored at the first call.
  base::Result<std::int64_t> CreationTime();
  base::Result<std::int64_t> ReadCreationTime(const std::string& path) const;

  const connector::SourceContext context_;
  const RateOptions options_;
  const StructType schema_;
  std::optional<std::int64_t> creation_ms_;
  std::int64_t last_ms_ = 0;  // Time does not go back, whatever the clock does.
  std::optional<connector::Offset> latest_;
  std::optional<connector::Offset> available_now_;
};

class RateSourceProvider : public connector::SourceProvider {
 public:
  std::string_view format() const override { return "rate"; }
  base::Result<StructType> Schema(const connector::Options& options,
                                  const std::optional<StructType>& user_schema) const override;
  base::Result<std::unique_ptr<connector::Source>> Create(
      connector::SourceContext context) const override;
};

}  // namespace millrace::sources::rate
