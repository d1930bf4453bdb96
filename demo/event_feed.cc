#include "event_feed.h"

#include <fmt/format.h>

#include "base/clock.h"
#include "base/random.h"

namespace millrace::demo {

base::Result<std::unique_ptr<EventFeed>> EventFeed::Start(std::string topic,
                                                          int events_per_second) {
  std::unique_ptr<EventFeed> feed(new EventFeed(std::move(topic), events_per_second));
  MILLRACE_ASSIGN_OR_RETURN(feed->cluster_, clients::kafka::MockCluster::Start());
  MILLRACE_RETURN_IF_ERROR(feed->cluster_->CreateTopic(feed->topic_, kPartitions));
  MILLRACE_ASSIGN_OR_RETURN(feed->producer_,
                            clients::kafka::Producer::Create({
                                {"bootstrap.servers", feed->cluster_->bootstrap_servers()},
                                {"linger.ms", "5"},
                            }));
  feed->thread_ = std::jthread([raw = feed.get()](std::stop_token stop) { raw->Run(stop); });
  return feed;
}

EventFeed::~EventFeed() { (void)Stop(); }

base::Status EventFeed::Stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  {
    std::lock_guard lock(mutex_);
    if (!failure_.ok()) return failure_;
  }
  return producer_->Flush();
}

std::optional<std::chrono::milliseconds> EventFeed::AgeOfOldest(int partition, std::int64_t begin,
                                                                std::int64_t end) {
  std::lock_guard lock(mutex_);
  Partition& entry = partitions_[partition];
  const std::int64_t index = begin - entry.first_offset;
  if (begin >= end || index < 0 || index >= static_cast<std::int64_t>(entry.times.size())) {
    return std::nullopt;
  }
  const auto age = std::chrono::steady_clock::now() - entry.times[index];
  while (entry.first_offset < end && !entry.times.empty()) {
    entry.times.pop_front();
    ++entry.first_offset;
  }
  return std::chrono::duration_cast<std::chrono::milliseconds>(age);
}

void EventFeed::Run(std::stop_token stop) {
  const Time start = std::chrono::steady_clock::now();
  while (!stop.stop_requested()) {
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    const auto due = static_cast<std::int64_t>(elapsed.count() * events_per_second_);
    while (sent_ < due && !stop.stop_requested()) {
      const int partition = static_cast<int>(sent_ % kPartitions);
      const std::string event = NextEvent();
      {
        std::lock_guard lock(mutex_);
        partitions_[partition].times.push_back(std::chrono::steady_clock::now());
      }
      base::Status status =
          producer_->Send({topic_, partition}, {.key = {}, .value = event, .headers = {}});
      if (!status.ok()) {
        std::lock_guard lock(mutex_);
        failure_ = status;
        return;
      }
      ++sent_;
    }
    base::Clock::System()->Sleep(std::chrono::milliseconds(2), stop);
  }
}

std::string EventFeed::NextEvent() {
  static constexpr const char* kTypes[] = {"click", "view", "purchase", "search", "test"};
  base::Random& random = *base::Random::System();
  return fmt::format(R"({{"user_id":{},"event_type":"{}","value":{}.{:02},"page":"/item/{}"}})",
                     random.Below(1'000'000), kTypes[random.Below(5)], random.Below(500),
                     random.Below(100), random.Below(5000));
}

}  // namespace millrace::demo
