#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "clients/kafka/admin.h"
#include "clients/kafka/consumer_pool.h"
#include "connector/source.h"
#include "sources/kafka/initial_offset_log.h"
#include "sources/kafka/kafka_options.h"
#include "sources/kafka/kafka_partition_reader.h"

namespace millrace::sources::kafka {

/// Spark's Kafka source. Offsets are `{"topic":{"0":next offset}}`.
///
/// How new LatestOffset is: it lists offsets at the brokers, but for one case: when the last
/// listing found nothing behind `start`, the consumers, which wait for records of all partitions,
/// have not heard of a new end since, and that listing is younger than fifty times what it took (at
/// most one second), then `start` is the answer again. A new record wakes the waiting fetch, so it
/// is seen within milliseconds; an idle query costs a listing every some ten milliseconds on one
/// machine, and fewer on a slow network. Refresh() makes the next call list. Which partitions exist
/// is asked at most once a second, and at every Refresh() and first call; a new partition is read
/// from its start, so nothing is missed.
///
/// A topic that is deleted while it is subscribed to fails the query, as in Spark. With
/// failOnDataLoss=false the source waits until it is there again.
class KafkaSource : public connector::Source {
 public:
  static base::Result<std::unique_ptr<KafkaSource>> Create(connector::SourceContext context,
                                                           KafkaSourceOptions options);
  ~KafkaSource() override;

  const StructType& schema() const override { return schema_; }
  std::string description() const override;
  base::Result<std::optional<connector::Offset>> InitialOffset(std::stop_token stop) override;
  base::Status PrepareAvailableNow(std::stop_token stop) override;
  base::Result<std::optional<connector::Offset>> LatestOffset(
      const std::optional<connector::Offset>& start, connector::ReadLimit limit,
      std::stop_token stop) override;
  void Refresh() override { refresh_.store(true); }
  std::optional<connector::Offset> ReportLatestOffset() const override;
  base::Result<std::vector<connector::InputPartition>> PlanPartitions(
      const std::optional<connector::Offset>& start, const connector::Offset& end,
      std::stop_token stop) override;
  base::Result<std::unique_ptr<connector::PartitionReader>> OpenReader(
      const connector::InputPartition& partition, const std::vector<int>& columns) override;
  base::Status Commit(const connector::Offset& end) override;
  std::map<std::string, std::string> Metrics(
      const std::optional<connector::Offset>& consumed) const override;

 private:
  KafkaSource(connector::SourceContext context, KafkaSourceOptions options);

  base::Result<std::map<std::string, int>> DescribeSubscribed(std::stop_token stop);
  base::Result<std::set<TopicPartition>> Partitions(std::stop_token stop);
  base::Result<Offsets> List(const std::set<TopicPartition>& partitions, std::int64_t spec,
                             std::stop_token stop);
  base::Result<Offsets> ListLatest(const Offsets& known, std::stop_token stop);
  base::Result<Offsets> ComputeInitialOffsets(std::stop_token stop);
  base::Result<Offsets> ResolveTimestamps(const std::set<TopicPartition>& partitions,
                                          std::stop_token stop);
  base::Result<Offsets> StartOffsets(const std::optional<connector::Offset>& start,
                                     std::stop_token stop);
  bool NothingNewIsKnown(const Offsets& start);
  base::Result<Offsets> ApplyLimits(const Offsets& start, const Offsets& latest,
                                    std::stop_token stop);
  bool DelayBatch(const Offsets& start, const Offsets& latest);
  base::Status CheckAvailableNow(const Offsets& end, std::stop_token stop);
  base::Status ReportLoss(const base::Status& loss) const;
  void EnsureConsumers(std::size_t partitions);

  const connector::SourceContext context_;
  const KafkaSourceOptions options_;
  const StructType schema_;
  std::unique_ptr<clients::kafka::Admin> admin_;
  std::unique_ptr<clients::kafka::ConsumerPool> consumers_;  // Made when partitions are known.
  ReaderEnvironment environment_;
  std::atomic<bool> refresh_{false};

  // The query's thread only.
  std::optional<Offsets> initial_;
  std::set<TopicPartition> partitions_;
  std::optional<std::chrono::nanoseconds> partitions_known_at_;
  bool partitions_were_known_ = false;    // At any time.
  std::set<std::string> missing_topics_;  // Once there, now gone; with failOnDataLoss=false only.
  std::optional<Offsets> latest_;         // The last listing.
  std::optional<Offsets> available_now_;  // Fixed by PrepareAvailableNow.
  std::optional<std::string> offered_;    // The last end that LatestOffset gave.
  std::int64_t last_trigger_ms_ = 0;      // For minOffsetsPerTrigger; 0: the first check fires.
  std::chrono::nanoseconds listed_at_{0};
  std::chrono::nanoseconds listing_took_{0};
  Offsets ends_before_listing_;  // What the consumers knew when the last listing began.
  bool nothing_new_ = false;     // What the last listing said.
};

}  // namespace millrace::sources::kafka
