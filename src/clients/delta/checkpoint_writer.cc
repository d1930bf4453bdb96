#include "clients/delta/checkpoint_writer.h"

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include <arrow/record_batch.h>
#include <fmt/format.h>

#include "clients/delta/checkpoint_rows.h"
#include "clients/delta/errors.h"
#include "clients/delta/file_path.h"
#include "clients/delta/file_path.h"
#include "clients/delta/last_checkpoint.h"
#include "clients/delta/table_features.h"
#include "clients/parquet/parquet_writer.h"
#include "data/interval_text.h"

namespace millrace::clients::delta {

namespace {

using base::Result;
using base::Status;
using base::StatusCode;

constexpr std::int64_t kRowsAtATime = 10'000;

// One checkpoint file in the making.
class CheckpointFile {
 public:
  CheckpointFile(fs::FileSystem* file_system, std::string path, const TableState& state)
      : file_system_(file_system), path_(std::move(path)), state_(state), rows_(IsV2(state)) {}

  // Opens the file and writes everything but the files of the table.
  Status Start(std::int64_t oldest_transaction_ms) {
    MILLRACE_ASSIGN_OR_RETURN(auto file, file_system_->OpenOutput(path_));
    parquet::WriterOptions options;
    options.created_by = EngineInfo();
    options.row_group_bytes = 16 << 20;
    MILLRACE_ASSIGN_OR_RETURN(
        writer_, parquet::ParquetWriter::Open(std::move(file), rows_.schema(), options));
    total_rows_ = 0;
    add_files_ = 0;
    if (IsV2(state_)) {
      MILLRACE_RETURN_IF_ERROR(rows_.AppendCheckpointMetadata(state_.version));
    }
    MILLRACE_RETURN_IF_ERROR(Append(state_.protocol));
    MILLRACE_RETURN_IF_ERROR(Append(state_.metadata));
    for (const auto& [app_id, txn] : state_.transactions) {
      if (txn.last_updated.value_or(INT64_MAX) < oldest_transaction_ms) continue;
      MILLRACE_RETURN_IF_ERROR(Append(txn));
    }
    for (const auto& [name, domain] : state_.domains) MILLRACE_RETURN_IF_ERROR(Append(domain));
    return Status::Ok();
  }

  Status Append(const Action& action) {
    MILLRACE_RETURN_IF_ERROR(rows_.Append(action));
    if (std::holds_alternative<AddFile>(action)) ++add_files_;
    return rows_.rows() >= kRowsAtATime ? Flush() : Status::Ok();
  }

  // Size of the file.
  Result<std::int64_t> Close() {
    MILLRACE_RETURN_IF_ERROR(Flush());
    return writer_->Close();
  }

  std::int64_t total_rows() const { return total_rows_; }
  std::int64_t add_files() const { return add_files_; }

 private:
  static bool IsV2(const TableState& state) {
    return IsFeatureSupported(state.protocol, "v2Checkpoint");
  }

  Status Flush() {
    if (rows_.rows() == 0) return Status::Ok();
    MILLRACE_ASSIGN_OR_RETURN(const auto batch, rows_.Take());
    total_rows_ += batch->num_rows();
    return writer_->Write(*batch);
  }

  fs::FileSystem* file_system_;
  const std::string path_;
  const TableState& state_;
  CheckpointRows rows_;
  std::unique_ptr<parquet::ParquetWriter> writer_;
  std::int64_t total_rows_ = 0;
  std::int64_t add_files_ = 0;
};

// A retention property: "interval 1 week", "30 days 12 hours". nullopt for anything else, months
// and years included, which Delta refuses too.
std::optional<std::chrono::milliseconds> ParseRetention(std::string_view text) {
  const auto interval = data::ParseIntervalText(text);
  std::int64_t millis = 0;
  if (!interval.ok() || interval->months != 0 ||
      __builtin_mul_overflow(interval->days, std::int64_t{86'400'000}, &millis) ||
      __builtin_add_overflow(millis, interval->micros / 1000, &millis)) {
    return std::nullopt;
  }
  return std::chrono::milliseconds(millis);
}

// Milliseconds since the epoch before which what the property keeps may be forgotten.
std::int64_t CutOff(const Metadata& metadata, const std::string& property,
                    std::optional<std::chrono::milliseconds> fallback, base::WallTime now) {
  std::optional<std::chrono::milliseconds> kept = fallback;
  if (const auto text = metadata.Property(property)) {
    if (const auto parsed = ParseRetention(*text)) kept = parsed;
  }
  std::int64_t cut_off = INT64_MIN;
  if (!kept || __builtin_sub_overflow(base::ToMillis(now), kept->count(), &cut_off)) {
    return INT64_MIN;
  }
  return cut_off;
}

}  // namespace

Status WriteCheckpoint(fs::FileSystem* file_system, const std::string& log_path,
                       const TableState& state, base::WallTime now, std::int64_t previous) {
  if (BoolProperty(state.metadata, "delta.checkpoint.writeStatsAsStruct", false) ||
      !BoolProperty(state.metadata, "delta.checkpoint.writeStatsAsJson", true)) {
    return Status::Unsupported(
        "the table's properties delta.checkpoint.writeStatsAsStruct and writeStatsAsJson ask for "
        "statistics in a form that is not written here; let another engine write its checkpoints");
  }
  const std::int64_t oldest_tombstone =
      CutOff(state.metadata, "delta.deletedFileRetentionDuration", std::chrono::weeks(1), now);
  const std::int64_t oldest_transaction =
      CutOff(state.metadata, "delta.setTransactionRetentionDuration", std::nullopt, now);
  const std::string path = fs::Join(log_path, CheckpointFileName(state.version));

  std::optional<CheckpointFile> file;
  const auto restart = [&]() -> Status {
    file.emplace(file_system, path, state);
    return file->Start(oldest_transaction);
  };
  FileVisitor visitor;
  visitor.add = [&](AddFile&& add) { return file->Append(std::move(add)); };
  visitor.remove = [&](RemoveFile&& remove) {
    if (remove.deletion_timestamp.value_or(0) < oldest_tombstone) return Status::Ok();
    return file->Append(std::move(remove));
  };
  MILLRACE_RETURN_IF_ERROR(
      ReconcileFiles(file_system, log_path, state.version, visitor, restart, previous));
  Result<std::int64_t> size_bytes = file->Close();
  if (!size_bytes.ok()) {
    // Another writer's checkpoint of one version says the same as ours.
    if (size_bytes.status().code() == StatusCode::kConflict) return Status::Ok();
    return size_bytes.status().WithContext(fmt::format("checkpoint {}", path));
  }
  LastCheckpoint hint;
  hint.version = state.version;
  hint.size = file->total_rows();
  hint.size_bytes = *size_bytes;
  hint.add_files = file->add_files();
  return PointTo(file_system, log_path, hint);
}

}  // namespace millrace::clients::delta
