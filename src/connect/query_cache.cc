#include "connect/query_cache.h"

#include <fmt/format.h>

#include <iterator>

namespace millrace::connect {
namespace {

base::Status NotOnServer(std::string_view sub_class, const std::string& text,
                         std::map<std::string, std::string> parameters) {
  return base::Status::NotFound(
             fmt::format("[CONNECT_INVALID_PLAN.{}] The Spark Connect plan is invalid. {} SQLSTATE: "
                         "56K00",
                         sub_class, text))
      .WithSparkError({"InvalidPlanInput", fmt::format("CONNECT_INVALID_PLAN.{}", sub_class),
                       "56K00", std::move(parameters)});
}

}  // namespace

void QueryCache::Add(std::shared_ptr<session::RunningQuery> query) {
  std::lock_guard lock(mutex_);
  entries_.push_back({std::move(query), std::chrono::steady_clock::now()});
}

base::Result<std::shared_ptr<session::RunningQuery>> QueryCache::Find(const std::string& id,
                                                                      const std::string& run_id) {
  std::lock_guard lock(mutex_);
  std::string other_run;
  for (Entry& entry : entries_) {
    const auto& identity = entry.query->query().identity();
    if (identity.id != id) continue;
    if (identity.run_id == run_id) {
      entry.last_used = std::chrono::steady_clock::now();
      return entry.query;
    }
    other_run = identity.run_id;
  }
  if (other_run.empty()) {
    return NotOnServer("STREAMING_QUERY_NOT_FOUND",
                       fmt::format("Streaming query {} is not found", id), {{"id", id}});
  }
  return NotOnServer(
      "STREAMING_QUERY_RUN_ID_MISMATCH",
      fmt::format("Run id mismatch for query id {}. Run id in the request {} does not match one on "
                  "the server {}. The query might have restarted.",
                  id, run_id, other_run),
      {{"id", id}, {"runId", run_id}, {"serverRunId", other_run}});
}

void QueryCache::Forget(std::chrono::milliseconds age) {
  std::vector<Entry> old;  // Destroyed outside of the lock.
  std::lock_guard lock(mutex_);
  const auto limit = std::chrono::steady_clock::now() - age;
  for (Entry& entry : entries_) {
    if (entry.query->query().is_active()) entry.last_used = std::chrono::steady_clock::now();
    if (entry.last_used <= limit) old.push_back(entry);
  }
  std::erase_if(entries_, [limit](const Entry& entry) { return entry.last_used <= limit; });
}

}  // namespace millrace::connect
