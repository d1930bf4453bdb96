#include "sources/rate/rate_source.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include <arrow/api.h>
#include <fmt/format.h>

#include "data/arrow_schema.h"

namespace millrace::sources::rate {

namespace {

using base::Result;
using base::Status;
using connector::Offset;

constexpr std::int64_t kRowsAtOnce = 32 * 1024;
constexpr std::string_view kVersionLine = "v1\n";

StructType RateSchema() {
  return StructType().add("timestamp", TimestampType()).add("value", LongType());
}

std::optional<std::int64_t> ParseLong(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// What one partition gives: the values first, first + step, ... below end.
struct Range {
  std::int64_t first;
  std::int64_t end;
  std::int64_t step;
  std::int64_t batch_first;  ///< The first value of the whole batch, which came at ...
  std::int64_t batch_ms;     ///< ... this time, milliseconds since the epoch.
  double millis_per_value;

  std::int64_t count() const { return first >= end ? 0 : (end - first - 1) / step + 1; }
  /// Microseconds since the epoch; Java's Math.round of milliseconds.
  std::int64_t TimeOf(std::int64_t value) const {
    const double millis = static_cast<double>(value - batch_first) * millis_per_value;
    return (batch_ms + static_cast<std::int64_t>(std::floor(millis + 0.5))) * 1000;
  }
};

class RateReader : public connector::PartitionReader {
 public:
  RateReader(Range range, std::shared_ptr<arrow::Schema> schema, std::vector<int> columns)
      : range_(range), schema_(std::move(schema)), columns_(std::move(columns)) {}

  Result<std::shared_ptr<arrow::RecordBatch>> Next(std::stop_token stop) override {
    if (stop.stop_requested()) return Status::Cancelled("rate source: stopped");
    const std::int64_t rows = std::min(range_.count(), kRowsAtOnce);
    if (rows == 0) return std::shared_ptr<arrow::RecordBatch>();
    std::vector<std::shared_ptr<arrow::Array>> arrays;
    for (const int column : columns_) {
      MILLRACE_ASSIGN_OR_RETURN(auto values, Column(column, rows));
      arrays.push_back(arrow::MakeArray(arrow::ArrayData::Make(
          schema_->field(static_cast<int>(arrays.size()))->type(), rows, {nullptr, values}, 0)));
    }
    range_.first += rows * range_.step;
    return arrow::RecordBatch::Make(schema_, rows, std::move(arrays));
  }

 private:
  Result<std::shared_ptr<arrow::Buffer>> Column(int column, std::int64_t rows) const {
    auto allocated = arrow::AllocateBuffer(rows * static_cast<std::int64_t>(sizeof(std::int64_t)));
    if (!allocated.ok()) return data::FromArrow(allocated.status());
    auto* out = reinterpret_cast<std::int64_t*>((*allocated)->mutable_data());
    for (std::int64_t i = 0; i < rows; ++i) {
      const std::int64_t value = range_.first + i * range_.step;
      out[i] = column == 0 ? range_.TimeOf(value) : value;
    }
    return std::shared_ptr<arrow::Buffer>(std::move(*allocated));
  }

  Range range_;
  const std::shared_ptr<arrow::Schema> schema_;
  const std::vector<int> columns_;
};

Result<std::int64_t> Seconds(const Offset& offset) {
  const auto seconds = ParseLong(offset.json);
  if (!seconds || *seconds < 0) {
    return Status::Corrupt(
        fmt::format("rate source: the offset \"{}\" is not a number of seconds", offset.json));
  }
  return *seconds;
}

}  // namespace

RateSource::RateSource(connector::SourceContext context, RateOptions options)
    : context_(std::move(context)), options_(options), schema_(RateSchema()) {}

std::string RateSource::description() const {
  // Spark's text, which closes no bracket.
  return fmt::format(
      "RateStreamV2[rowsPerSecond={}, rampUpTimeSeconds={}, numPartitions={}",
      options_.rows_per_second, options_.ramp_up_seconds,
      options_.num_partitions ? std::to_string(*options_.num_partitions) : "default");
}

Result<std::int64_t> RateSource::ReadCreationTime(const std::string& path) const {
  MILLRACE_ASSIGN_OR_RETURN(const std::string bytes, context_.file_system->Read(path));
  std::string_view text = bytes;
  if (text.starts_with(kVersionLine)) text.remove_prefix(kVersionLine.size());
  while (text.ends_with('\n')) text.remove_suffix(1);
  if (const auto millis = ParseLong(text)) return *millis;
  return Status::Corrupt(fmt::format(
      "Failed to read log file {}. Log file was malformed: it should hold \"v1\" and the time at "
      "which the stream was created, in milliseconds",
      path));
}

Result<std::int64_t> RateSource::CreationTime() {
  if (creation_ms_) return *creation_ms_;
  const std::string path = fs::Join(context_.metadata_path, "0");
  const std::int64_t now = base::ToMillis(context_.clock->Now());
  const Status stored =
      context_.file_system->CreateExclusive(path, fmt::format("{}{}", kVersionLine, now));
  if (stored.ok()) {
    creation_ms_ = now;
  } else if (stored.code() == base::StatusCode::kConflict) {
    MILLRACE_ASSIGN_OR_RETURN(creation_ms_, ReadCreationTime(path));
  } else {
    return stored;
  }
  return *creation_ms_;
}

Result<std::optional<Offset>> RateSource::InitialOffset(std::stop_token) {
  MILLRACE_RETURN_IF_ERROR(CreationTime().status());
  return std::optional(Offset{"0"});
}

Status RateSource::PrepareAvailableNow(std::stop_token stop) {
  MILLRACE_ASSIGN_OR_RETURN(available_now_,
                            LatestOffset(std::nullopt, connector::ReadLimit::kAllAvailable, stop));
  return Status::Ok();
}

Result<std::optional<Offset>> RateSource::LatestOffset(const std::optional<Offset>& start,
                                                       connector::ReadLimit, std::stop_token) {
  MILLRACE_ASSIGN_OR_RETURN(const std::int64_t creation, CreationTime());
  if (available_now_) return available_now_;
  last_ms_ = std::max({last_ms_, creation, base::ToMillis(context_.clock->Now())});
  std::int64_t seconds = (last_ms_ - creation) / 1000;
  if (start) {
    // A clock that was set back does not take back what was given.
    MILLRACE_ASSIGN_OR_RETURN(const std::int64_t given, Seconds(*start));
    seconds = std::max(seconds, given);
  }
  latest_ = Offset{std::to_string(seconds)};
  return latest_;
}

Result<std::vector<connector::InputPartition>> RateSource::PlanPartitions(
    const std::optional<Offset>& start, const Offset& end, std::stop_token) {
  MILLRACE_ASSIGN_OR_RETURN(const std::int64_t creation, CreationTime());
  MILLRACE_ASSIGN_OR_RETURN(const std::int64_t from, Seconds(start.value_or(Offset{"0"})));
  MILLRACE_ASSIGN_OR_RETURN(const std::int64_t until, Seconds(end));
  if (from > until) {
    return Status::Corrupt(
        fmt::format("rate source: a batch cannot begin at second {} and end at "
                    "second {}",
                    from, until));
  }
  MILLRACE_RETURN_IF_ERROR(CheckEnd(until, options_));
  const std::int64_t first = ValueAtSecond(from, options_);
  const std::int64_t last = ValueAtSecond(until, options_);
  std::vector<connector::InputPartition> partitions;
  const int count = options_.num_partitions.value_or(context_.parallelism);
  for (int i = 0; i < count && first + i < last; ++i) {
    const Range range{
        first + i,
        last,
        count,
        first,
        creation + from * 1000,
        static_cast<double>((until - from) * 1000) / static_cast<double>(last - first)};
    partitions.push_back({fmt::format("rate-{} [{}, {})", i, range.first, last), range.count(),
                          std::make_shared<const Range>(range)});
  }
  return partitions;
}

Result<std::unique_ptr<connector::PartitionReader>> RateSource::OpenReader(
    const connector::InputPartition& partition, const std::vector<int>& columns) {
  StructType projected;
  for (const int column : columns)
    projected = projected.add(schema_[static_cast<std::size_t>(column)]);
  MILLRACE_ASSIGN_OR_RETURN(auto arrow_schema, data::ToArrowSchema(projected));
  return std::unique_ptr<connector::PartitionReader>(std::make_unique<RateReader>(
      *static_cast<const Range*>(partition.payload.get()), std::move(arrow_schema), columns));
}

Result<StructType> RateSourceProvider::Schema(const connector::Options& options,
                                              const std::optional<StructType>& user_schema) const {
  MILLRACE_RETURN_IF_ERROR(RateOptions::Read(options).status());
  if (user_schema) {
    return Status::InvalidArgument(
               "RateStreamProvider source does not support user-specified schema.")
        .WithSparkError({.exception_class = "UnsupportedOperationException",
                         .condition = "_LEGACY_ERROR_TEMP_2242",
                         .parameters = {{"provider", "RateStreamProvider"}}});
  }
  return RateSchema();
}

Result<std::unique_ptr<connector::Source>> RateSourceProvider::Create(
    connector::SourceContext context) const {
  MILLRACE_ASSIGN_OR_RETURN(const RateOptions options, RateOptions::Read(context.options));
  return std::unique_ptr<connector::Source>(
      std::make_unique<RateSource>(std::move(context), options));
}

}  // namespace millrace::sources::rate
