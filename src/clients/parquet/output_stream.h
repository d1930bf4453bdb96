#pragma once

#include <memory>

#include <arrow/io/interfaces.h>
#include <arrow/result.h>

#include "base/status.h"
#include "fs/file_system.h"

namespace millrace::clients::parquet {

/// An fs::OutputFile as Arrow wants to write to it. Small writes are gathered, so that Parquet's
/// many little page headers do not become system calls. Arrow's Close() only hands over what is
/// gathered: the file stays open until the owner closes it, because only the owner may decide that
/// it becomes visible.
class OutputStream : public arrow::io::OutputStream {
 public:
  explicit OutputStream(std::unique_ptr<fs::OutputFile> file) : file_(std::move(file)) {}

  arrow::Status Write(const void* data, std::int64_t size_bytes) override;
  arrow::Status Flush() override;
  arrow::Status Close() override;
  arrow::Result<std::int64_t> Tell() const override { return position_; }
  bool closed() const override { return closed_; }

  /// The first failure of the file below, as it gave it; Ok when there was none. Arrow only keeps
  /// the text of it.
  const base::Status& file_status() const { return file_status_; }
  /// Bytes and name become durable. Precondition: Close() was Ok.
  base::Status CloseFile();

 private:
  arrow::Status Append(std::string_view bytes);

  std::unique_ptr<fs::OutputFile> file_;
  std::string gathered_;
  std::int64_t position_ = 0;
  bool closed_ = false;
  base::Status file_status_;
};

}  // namespace millrace::clients::parquet
