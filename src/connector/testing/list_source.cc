#include "connector/testing/list_source.h"

#include <algorithm>

#include <arrow/api.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "data/arrow_schema.h"

namespace millrace::connector::testing {
namespace {

using Ends = std::vector<std::int64_t>;

Offset ToOffset(const Ends& ends) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < ends.size(); ++i) json[std::to_string(i)] = ends[i];
  return {json.dump()};
}

base::Result<Ends> FromOffset(const std::optional<Offset>& offset, int partitions) {
  Ends ends(partitions, 0);
  if (!offset) return ends;
  const auto json = nlohmann::json::parse(offset->json, nullptr, false);
  if (!json.is_object()) return base::Status::Corrupt("list source: offset " + offset->json);
  for (int i = 0; i < partitions; ++i) ends[i] = json.value(std::to_string(i), std::int64_t{0});
  return ends;
}

struct Range {
  int partition;
  std::int64_t begin;
  std::int64_t end;
};

/// Gives a range in batches of at most 100 rows.
class ListReader : public PartitionReader {
 public:
  ListReader(std::shared_ptr<ListTopic> topic, Range range, std::vector<int> columns)
      : topic_(std::move(topic)), range_(range), columns_(std::move(columns)) {}

  base::Result<std::shared_ptr<arrow::RecordBatch>> Next(std::stop_token stop) override {
    if (stop.stop_requested()) return base::Status::Cancelled("list source: stopped");
    if (range_.begin == range_.end) return std::shared_ptr<arrow::RecordBatch>();
    const std::int64_t end = std::min(range_.end, range_.begin + 100);
    auto rows = topic_->Read(range_.partition, range_.begin, end);
    range_.begin = end;
    auto selected = rows->SelectColumns(columns_);
    if (!selected.ok()) return data::FromArrow(selected.status());
    return *selected;
  }

 private:
  std::shared_ptr<ListTopic> topic_;
  Range range_;
  std::vector<int> columns_;
};

}  // namespace

ListTopic::ListTopic(StructType schema, int partitions)
    : schema_(std::move(schema)), partitions_(partitions) {}

void ListTopic::Append(int partition, const std::shared_ptr<arrow::RecordBatch>& rows) {
  std::lock_guard lock(mutex_);
  partitions_[partition].push_back(rows);
}

int ListTopic::partitions() const {
  std::lock_guard lock(mutex_);
  return static_cast<int>(partitions_.size());
}

std::int64_t ListTopic::size(int partition) const {
  std::lock_guard lock(mutex_);
  std::int64_t rows = 0;
  for (const auto& batch : partitions_[partition]) rows += batch->num_rows();
  return rows;
}

std::shared_ptr<arrow::RecordBatch> ListTopic::Read(int partition, std::int64_t begin,
                                                    std::int64_t end) const {
  std::lock_guard lock(mutex_);
  auto table = arrow::Table::FromRecordBatches(partitions_[partition]);
  MILLRACE_CHECK(table.ok());
  auto rows = (*table)->Slice(begin, end - begin)->CombineChunksToBatch();
  MILLRACE_CHECK(rows.ok() && (*rows)->num_rows() == end - begin);
  return *rows;
}

ListSource::ListSource(std::shared_ptr<ListTopic> topic,
                       std::optional<std::int64_t> max_rows_per_trigger)
    : topic_(std::move(topic)), max_rows_(max_rows_per_trigger) {}

base::Result<std::optional<Offset>> ListSource::InitialOffset(std::stop_token) {
  return std::optional(ToOffset(Ends(topic_->partitions(), 0)));
}

base::Status ListSource::PrepareAvailableNow(std::stop_token) {
  Ends ends;
  for (int i = 0; i < topic_->partitions(); ++i) ends.push_back(topic_->size(i));
  fixed_end_ = ends;
  return base::Status::Ok();
}

base::Result<std::optional<Offset>> ListSource::LatestOffset(const std::optional<Offset>& start,
                                                             ReadLimit limit, std::stop_token) {
  const int partitions = topic_->partitions();
  MILLRACE_ASSIGN_OR_RETURN(Ends ends, FromOffset(start, partitions));
  std::int64_t left = max_rows_ && limit == ReadLimit::kSourceOptions
                          ? *max_rows_
                          : std::numeric_limits<std::int64_t>::max();
  Ends latest = ends;
  for (int i = 0; i < partitions; ++i) {
    const std::int64_t available = fixed_end_ ? (*fixed_end_)[i] : topic_->size(i);
    latest[i] = available;
    const std::int64_t taken = std::min(left, available - ends[i]);
    ends[i] += taken;
    left -= taken;
  }
  latest_ = ToOffset(latest);
  return std::optional(ToOffset(ends));
}

base::Result<std::vector<InputPartition>> ListSource::PlanPartitions(
    const std::optional<Offset>& start, const Offset& end, std::stop_token) {
  const int partitions = topic_->partitions();
  MILLRACE_ASSIGN_OR_RETURN(const Ends begins, FromOffset(start, partitions));
  MILLRACE_ASSIGN_OR_RETURN(const Ends ends, FromOffset(end, partitions));
  std::vector<InputPartition> planned;
  for (int i = 0; i < partitions; ++i) {
    if (begins[i] == ends[i]) continue;
    if (ends[i] > topic_->size(i)) {
      return base::Status::DataLoss(
          fmt::format("list source: partition {} ends at {}, not {}", i, topic_->size(i), ends[i]));
    }
    planned.push_back({fmt::format("list-{} [{}, {})", i, begins[i], ends[i]), ends[i] - begins[i],
                       std::make_shared<Range>(Range{i, begins[i], ends[i]})});
  }
  return planned;
}

base::Result<std::unique_ptr<PartitionReader>> ListSource::OpenReader(
    const InputPartition& partition, const std::vector<int>& columns) {
  const auto& range = *static_cast<const Range*>(partition.payload.get());
  return std::unique_ptr<PartitionReader>(std::make_unique<ListReader>(topic_, range, columns));
}

}  // namespace millrace::connector::testing
