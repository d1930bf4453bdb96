#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "clients/delta/conflict.h"
#include "clients/parquet/partition_split.h"
#include "connector/sink.h"
#include "fs/file_system.h"
#include "sinks/delta/data_file.h"
#include "sinks/delta/write_plan.h"

namespace millrace::sinks::delta {

using clients::parquet::PartitionKey;

/// What the writers of one batch share. Thread-safe.
class BatchFiles {
 public:
  BatchFiles(fs::FileSystem* file_system, std::string table_path, base::Clock* clock,
             base::Random* random)
      : file_system(file_system), table_path(std::move(table_path)), clock(clock), random(random) {}

  fs::FileSystem* const file_system;
  const std::string table_path;
  base::Clock* const clock;
  base::Random* const random;

  int NextWriterNumber() { return next_writer_++; }
  void Add(clients::delta::NewFile file);
  /// All files that are finished, in the order of their names.
  std::vector<clients::delta::NewFile> Files() const;
  /// Removes them all, as far as possible: nobody will ever see them.
  void RemoveAll();

 private:
  std::atomic<int> next_writer_ = 0;
  mutable std::mutex mutex_;  // Protects what follows.
  std::vector<clients::delta::NewFile> files_;
};

/// Writes the rows of one worker into data files: one for each partition value, a new one after
/// `max_records_per_file` rows. At most kMaxOpenFiles are open; beyond that, the one that got no
/// row for the longest time is finished early, so memory is bounded whatever the number of
/// partitions.
class DeltaWriter : public connector::SinkWriter {
 public:
  static constexpr std::size_t kMaxOpenFiles = 32;

  /// `files` outlives the writer.
  DeltaWriter(std::shared_ptr<const WritePlan> plan, std::int64_t max_records_per_file,
              BatchFiles* files);

  base::Status Write(const std::shared_ptr<arrow::RecordBatch>& rows) override;
  /// Several files are made durable at the same time.
  base::Status Finish() override;

 private:
  struct OpenFile {
    PartitionKey key;
    std::unique_ptr<DataFile> file;
  };
  using Recency = std::list<OpenFile>;  // The file that got rows last stands first.

  base::Status WriteTo(const PartitionKey& key, const std::shared_ptr<arrow::RecordBatch>& rows);
  base::Result<Recency::iterator> FileFor(const PartitionKey& key);
  base::Status Close(OpenFile open);
  std::string NewPath(const PartitionKey& key);

  const std::shared_ptr<const WritePlan> plan_;
  const std::int64_t max_records_per_file_;
  BatchFiles* const files_;
  const int number_;
  int file_count_ = 0;
  Recency open_;
  std::map<PartitionKey, Recency::iterator> by_key_;
};

}  // namespace millrace::sinks::delta
