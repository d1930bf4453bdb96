#pragma once

#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace millrace::processor::duckdb {

/// Failures on their way through DuckDB, which only carries texts. Thread-safe.
class BatchErrors {
 public:
  /// Keeps a failure; the text that Explain() knows it by.
  std::string Keep(const base::Status& status);
  /// The failure behind DuckDB's message: one that was kept, an overflow of its own arithmetic as
  /// Spark's, Cancelled, else Internal.
  base::Status Explain(std::string_view message, const std::stop_token& stop) const;

 private:
  mutable std::mutex mutex_;
  std::vector<base::Status> kept_;
};

}  // namespace millrace::processor::duckdb
