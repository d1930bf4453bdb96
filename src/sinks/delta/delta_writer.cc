#include "sinks/delta/delta_writer.h"

#include <algorithm>
#include <thread>
#include <utility>

#include <arrow/record_batch.h>
#include <fmt/format.h>

#include "base/log.h"
#include "base/uuid.h"
#include "clients/delta/file_path.h"
#include "sinks/delta/partition_checks.h"

namespace millrace::sinks::delta {

namespace {

using base::Result;
using base::Status;

constexpr std::int64_t kRowGroupBytes = 64 << 20;
// With many files open, each may hold only a part of it.
constexpr std::int64_t kPartitionedRowGroupBytes = 8 << 20;
constexpr std::size_t kClosingThreads = 8;
constexpr std::string_view kPrefixLetters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

}  // namespace

void BatchFiles::Add(clients::delta::NewFile file) {
  std::lock_guard lock(mutex_);
  files_.push_back(std::move(file));
}

std::vector<clients::delta::NewFile> BatchFiles::Files() const {
  std::lock_guard lock(mutex_);
  std::vector<clients::delta::NewFile> files = files_;
  std::ranges::sort(files, {}, [](const clients::delta::NewFile& file) { return file.add.path; });
  return files;
}

void BatchFiles::RemoveAll() {
  std::lock_guard lock(mutex_);
  for (const clients::delta::NewFile& file : files_) {
    const std::string path = fs::Join(table_path, clients::delta::DecodePath(file.add.path));
    if (const Status removed = file_system->Remove(path); !removed.ok()) {
      base::LogWarn(
          fmt::format("delta sink: uncommitted file {} stays: {}", path, removed.message()));
    }
  }
  files_.clear();
}

DeltaWriter::DeltaWriter(std::shared_ptr<const WritePlan> plan, std::int64_t max_records_per_file,
                         BatchFiles* files)
    : plan_(std::move(plan)),
      max_records_per_file_(max_records_per_file),
      files_(files),
      number_(files->NextWriterNumber()) {}

Status DeltaWriter::Write(const std::shared_ptr<arrow::RecordBatch>& rows) {
  if (rows->num_rows() == 0) return Status::Ok();
  MILLRACE_ASSIGN_OR_RETURN(const auto columns, ToTableColumns(*plan_, *rows));
  const auto file_rows = ToFileRows(*plan_, columns, rows->num_rows());
  if (plan_->partition_columns.empty()) return WriteTo({}, file_rows);

  std::vector<std::shared_ptr<arrow::Array>> keys;
  std::vector<DataType> types;
  std::vector<std::string> names;
  for (const int index : plan_->partition_columns) {
    const auto at = static_cast<std::size_t>(index);
    keys.push_back(columns[at]);
    types.push_back(plan_->columns[at].field.dataType);
    names.push_back(plan_->columns[at].field.name);
  }
  MILLRACE_ASSIGN_OR_RETURN(
      const auto partitions,
      clients::parquet::SplitByPartition(file_rows, keys, types, std::nullopt));
  for (const clients::parquet::PartitionRows& partition : partitions) {
    MILLRACE_RETURN_IF_ERROR(CheckPartitionTexts(partition.key, names));
    MILLRACE_RETURN_IF_ERROR(WriteTo(partition.key, partition.rows));
  }
  return Status::Ok();
}

Status DeltaWriter::WriteTo(const PartitionKey& key,
                            const std::shared_ptr<arrow::RecordBatch>& rows) {
  std::int64_t written = 0;
  while (written < rows->num_rows()) {
    MILLRACE_ASSIGN_OR_RETURN(const Recency::iterator open, FileFor(key));
    std::int64_t count = rows->num_rows() - written;
    if (max_records_per_file_ > 0) {
      count = std::min(count, max_records_per_file_ - open->file->rows());
    }
    MILLRACE_RETURN_IF_ERROR(open->file->Write(*rows->Slice(written, count)));
    written += count;
    if (max_records_per_file_ > 0 && open->file->rows() >= max_records_per_file_) {
      OpenFile full = std::move(*open);
      by_key_.erase(key);
      open_.erase(open);
      MILLRACE_RETURN_IF_ERROR(Close(std::move(full)));
    }
  }
  return Status::Ok();
}

Result<DeltaWriter::Recency::iterator> DeltaWriter::FileFor(const PartitionKey& key) {
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    open_.splice(open_.begin(), open_, found->second);
    return open_.begin();
  }
  if (open_.size() >= kMaxOpenFiles) {
    OpenFile oldest = std::move(open_.back());
    by_key_.erase(oldest.key);
    open_.pop_back();
    MILLRACE_RETURN_IF_ERROR(Close(std::move(oldest)));
  }
  MILLRACE_ASSIGN_OR_RETURN(
      auto file, DataFile::Open(files_->file_system, files_->table_path, NewPath(key), plan_,
                                key.empty() ? kRowGroupBytes : kPartitionedRowGroupBytes));
  open_.push_front({key, std::move(file)});
  by_key_[key] = open_.begin();
  return open_.begin();
}

std::string DeltaWriter::NewPath(const PartitionKey& key) {
  const std::string name = fmt::format(
      "part-{:05}-{}{}c{:03}{}.parquet", number_, base::Uuid::Random(files_->random).ToString(),
      key.empty() ? '-' : '.', file_count_++, clients::parquet::FileNameSuffix(plan_->compression));
  std::string folder;
  if (plan_->random_prefix_length > 0) {
    for (int i = 0; i < plan_->random_prefix_length; ++i) {
      folder.push_back(kPrefixLetters[files_->random->Below(kPrefixLetters.size())]);
    }
    return fs::Join(folder, name);
  }
  for (std::size_t i = 0; i < key.size(); ++i) {
    folder += clients::delta::PartitionDirectory(plan_->partition_keys[i], key[i]) + "/";
  }
  return folder + name;
}

Status DeltaWriter::Close(OpenFile open) {
  MILLRACE_ASSIGN_OR_RETURN(clients::delta::NewFile file, open.file->Close(files_->clock->Now()));
  for (std::size_t i = 0; i < open.key.size(); ++i) {
    file.add.partition_values.emplace_back(plan_->partition_keys[i], open.key[i]);
  }
  files_->Add(std::move(file));
  return Status::Ok();
}

Status DeltaWriter::Finish() {
  by_key_.clear();
  std::vector<OpenFile> open;
  for (OpenFile& file : open_) open.push_back(std::move(file));
  open_.clear();
  if (open.size() == 1) return Close(std::move(open.front()));

  // An fsync waits; several wait together.
  std::vector<Status> results(open.size());
  std::atomic<std::size_t> next = 0;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < std::min(kClosingThreads, open.size()); ++i) {
    threads.emplace_back([&] {
      for (std::size_t at = next++; at < open.size(); at = next++) {
        results[at] = Close(std::move(open[at]));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Status& result : results) MILLRACE_RETURN_IF_ERROR(result);
  return Status::Ok();
}

}  // namespace millrace::sinks::delta
