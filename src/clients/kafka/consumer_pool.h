#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "base/result.h"
#include "clients/kafka/admin.h"
#include "clients/kafka/client.h"
#include "clients/kafka/partition_stream.h"
#include "clients/kafka/topic_partition.h"

namespace millrace::clients::kafka {

/// The partition streams of one query. Each partition has one stream in the first consumer, which
/// stays where the last range ended and fetches on. When two ranges of the same partition are read
/// at the same time, the second one gets a stream of another consumer, made when it is needed and
/// stopped when its range is read. Thread-safe; outlives its leases.
class ConsumerPool {
 public:
  /// The right to use one stream; gives it back when it goes. One thread at a time.
  class Lease {
   public:
    Lease() = default;
    Lease(Lease&& other) noexcept { *this = std::move(other); }
    Lease& operator=(Lease&& other) noexcept;
    ~Lease() { Release(); }

    explicit operator bool() const { return stream_ != nullptr; }
    PartitionStream* operator->() const { return stream_; }
    PartitionStream& operator*() const { return *stream_; }
    void Release();

   private:
    friend class ConsumerPool;
    ConsumerPool* pool_ = nullptr;
    PartitionStream* stream_ = nullptr;
    std::size_t consumer_ = 0;
  };

  /// `properties`: what the user set; what the streams need is added. Consumers are made later.
  explicit ConsumerPool(Properties properties) : properties_(std::move(properties)) {}
  ~ConsumerPool();

  /// A stream that stands at `start`: the one that is there already when possible, so that what it
  /// has fetched is used; else one that is told to begin there.
  base::Result<Lease> Acquire(const TopicPartition& partition, std::int64_t start);

  /// Begins to fetch partitions that have no stream yet, and stops those that are not named.
  /// Streams in use are left alone.
  base::Status Prefetch(const Offsets& starts);

  /// Ends of the logs as of the last answers to fetches; partitions without one are left out. Costs
  /// no network.
  Offsets CachedEnds() const;

 private:
  struct Slot {
    std::unique_ptr<PartitionStream> stream;
    bool leased = false;
  };
  struct Consumer {
    std::unique_ptr<Client> client;
    std::map<TopicPartition, Slot> slots;
  };

  base::Result<Slot*> SlotOf(std::size_t consumer, const TopicPartition& partition);
  void GiveBack(PartitionStream* stream, std::size_t consumer);

  const Properties properties_;
  mutable std::mutex mutex_;  // Protects what follows; a leased stream belongs to its lease.
  std::vector<Consumer> consumers_;
};

}  // namespace millrace::clients::kafka
