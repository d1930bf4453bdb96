#include "progress_view.h"

#include <cstdio>

#include <fmt/format.h>

namespace millrace::cli {
namespace {

std::string NameOf(const std::optional<std::string>& name, const std::string& id) {
  return name ? *name : id.substr(0, 8);
}

void Print(const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); }

}  // namespace

void ProgressView::onQueryStarted(const QueryStartedEvent& event) {
  std::lock_guard lock(mutex_);
  Seen& seen = queries_[event.runId];
  seen.name = NameOf(event.name, event.id);
  seen.printed = std::chrono::steady_clock::now();
  Print(fmt::format("query {}: started", seen.name));
}

void ProgressView::onQueryProgress(const QueryProgressEvent& event) {
  const StreamingQueryProgress& progress = event.progress;
  std::lock_guard lock(mutex_);
  const auto found = queries_.find(progress.runId);
  if (found == queries_.end()) return;
  Seen& seen = found->second;
  seen.rows += progress.numInputRows();
  seen.rows_since += progress.numInputRows();
  const auto now = std::chrono::steady_clock::now();
  const std::chrono::duration<double> passed = now - seen.printed;
  if (passed.count() < 1 || seen.rows_since == 0) return;
  Print(fmt::format("query {}: batch {}, {} rows in all, {:.0f} rows/s, last batch {} ms",
                    seen.name, progress.batchId, seen.rows,
                    static_cast<double>(seen.rows_since) / passed.count(),
                    progress.batchDuration));
  seen.printed = now;
  seen.rows_since = 0;
}

void ProgressView::onQueryTerminated(const QueryTerminatedEvent& event) {
  std::lock_guard lock(mutex_);
  const auto found = queries_.find(event.runId);
  if (found == queries_.end()) return;
  const Seen& seen = found->second;
  if (event.exception) {
    Print(fmt::format("query {}: failed after {} rows", seen.name, seen.rows));
  } else {
    Print(fmt::format("query {}: stopped after {} rows", seen.name, seen.rows));
  }
  queries_.erase(found);
}

}  // namespace millrace::cli
