#pragma once

#include <memory>
#include <mutex>

#include <arrow/io/interfaces.h>
#include <arrow/result.h>

#include "base/status.h"
#include "fs/file_system.h"

namespace millrace::clients::parquet {

/// An fs::InputFile as Arrow wants to read from it.
class InputStream : public arrow::io::RandomAccessFile {
 public:
  explicit InputStream(std::unique_ptr<fs::InputFile> file) : file_(std::move(file)) {}

  arrow::Result<std::int64_t> GetSize() override { return file_->size_bytes(); }
  arrow::Result<std::int64_t> ReadAt(std::int64_t position, std::int64_t size_bytes,
                                     void* out) override;
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(std::int64_t position,
                                                       std::int64_t size_bytes) override;
  arrow::Result<std::int64_t> Read(std::int64_t size_bytes, void* out) override;
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(std::int64_t size_bytes) override;
  arrow::Status Seek(std::int64_t position) override;
  arrow::Result<std::int64_t> Tell() const override { return position_; }
  arrow::Status Close() override;
  bool closed() const override { return closed_; }

  /// The first failure of the file below, as it gave it; Ok when there was none. Arrow only keeps
  /// the text of it.
  base::Status file_status() const;

 private:
  const std::unique_ptr<fs::InputFile> file_;
  std::int64_t position_ = 0;
  bool closed_ = false;
  mutable std::mutex mutex_;  // Protects what follows.
  base::Status file_status_;
};

}  // namespace millrace::clients::parquet
