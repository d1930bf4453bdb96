#include "clients/kafka/consumer_pool.h"

#include <utility>

namespace millrace::clients::kafka {

namespace {

/// What the streams rest on; not the user's to change.
const Properties kFixed = {
    {"auto.offset.reset", "error"},    // A lost offset is told, never skipped.
    {"enable.partition.eof", "true"},  // A range may end in offsets without records.
    {"enable.auto.commit", "false"},  {"enable.auto.offset.store", "false"},
    {"enable.metrics.push", "false"},
};

/// What is better than librdkafka's defaults here.
const Properties kDefaults = {
    {"fetch.queue.backoff.ms", "1"},  // By default a full queue stops fetching for a second.
    {"check.crcs", "true"},           // As the Java client does.
    // A fetch that waits for records is answered at once when one comes; this bounds how long a
    // start somewhere else waits behind it on the same connection.
    {"fetch.wait.max.ms", "100"},
    {"isolation.level", "read_uncommitted"},  // As the Java client does.
    {"reconnect.backoff.max.ms", "1000"},     // The Java client's; else 10 s after a restart.
};

}  // namespace

ConsumerPool::Lease& ConsumerPool::Lease::operator=(Lease&& other) noexcept {
  if (this == &other) return *this;
  Release();
  pool_ = std::exchange(other.pool_, nullptr);
  stream_ = std::exchange(other.stream_, nullptr);
  consumer_ = other.consumer_;
  return *this;
}

void ConsumerPool::Lease::Release() {
  if (stream_ != nullptr) pool_->GiveBack(stream_, consumer_);
  stream_ = nullptr;
}

ConsumerPool::~ConsumerPool() {
  for (Consumer& consumer : consumers_) consumer.slots.clear();  // Before their clients.
}

base::Result<ConsumerPool::Slot*> ConsumerPool::SlotOf(std::size_t consumer,
                                                       const TopicPartition& partition) {
  if (consumer == consumers_.size()) {
    Properties properties = properties_;
    properties.insert(kDefaults.begin(), kDefaults.end());
    for (const auto& [name, value] : kFixed) properties.insert_or_assign(name, value);
    MILLRACE_ASSIGN_OR_RETURN(std::unique_ptr<Client> client,
                              Client::Create(RD_KAFKA_CONSUMER, properties));
    consumers_.push_back({std::move(client), {}});
  }
  Slot& slot = consumers_[consumer].slots[partition];
  if (slot.stream == nullptr) {
    slot.stream = std::make_unique<PartitionStream>(consumers_[consumer].client.get(), partition);
  }
  return &slot;
}

base::Result<ConsumerPool::Lease> ConsumerPool::Acquire(const TopicPartition& partition,
                                                        std::int64_t start) {
  Lease lease;
  {
    std::lock_guard lock(mutex_);
    // First a stream that stands there, then the first one that is free, then a new one.
    std::size_t chosen = consumers_.size();
    for (std::size_t i = consumers_.size(); i-- > 0;) {
      const auto slot = consumers_[i].slots.find(partition);
      if (slot == consumers_[i].slots.end() || !slot->second.leased) chosen = i;
    }
    for (std::size_t i = 0; i < consumers_.size(); ++i) {
      const auto slot = consumers_[i].slots.find(partition);
      if (slot != consumers_[i].slots.end() && !slot->second.leased &&
          slot->second.stream->position() == start) {
        chosen = i;
        break;
      }
    }
    MILLRACE_ASSIGN_OR_RETURN(Slot * slot, SlotOf(chosen, partition));
    slot->leased = true;
    lease.pool_ = this;
    lease.stream_ = slot->stream.get();
    lease.consumer_ = chosen;
  }
  if (lease->position() != start) MILLRACE_RETURN_IF_ERROR(lease->Start(start));
  return lease;
}

void ConsumerPool::GiveBack(PartitionStream* stream, std::size_t consumer) {
  if (consumer > 0) stream->Stop();  // Only the first consumer fetches ahead.
  std::lock_guard lock(mutex_);
  consumers_[consumer].slots[stream->partition()].leased = false;
}

base::Status ConsumerPool::Prefetch(const Offsets& starts) {
  std::vector<std::unique_ptr<PartitionStream>> gone;
  std::vector<std::pair<TopicPartition, std::int64_t>> wanted;
  {
    std::lock_guard lock(mutex_);
    for (Consumer& consumer : consumers_) {
      for (auto slot = consumer.slots.begin(); slot != consumer.slots.end();) {
        if (slot->second.leased || starts.contains(slot->first)) {
          ++slot;
        } else {
          gone.push_back(std::move(slot->second.stream));
          slot = consumer.slots.erase(slot);
        }
      }
    }
    for (const auto& [partition, start] : starts) {
      if (consumers_.empty() || !consumers_[0].slots.contains(partition)) {
        wanted.emplace_back(partition, start);
      }
    }
  }
  gone.clear();  // Stops them, outside the lock.
  for (const auto& [partition, start] : wanted) {
    MILLRACE_ASSIGN_OR_RETURN(const Lease lease, Acquire(partition, start));
  }
  return base::Status::Ok();
}

Offsets ConsumerPool::CachedEnds() const {
  Offsets ends;
  std::lock_guard lock(mutex_);
  if (consumers_.empty()) return ends;
  for (const auto& [partition, slot] : consumers_[0].slots) {
    if (slot.leased) continue;
    if (const auto end = slot.stream->cached_end()) ends.emplace(partition, *end);
  }
  return ends;
}

}  // namespace millrace::clients::kafka
