#include "clients/parquet/output_stream.h"

#include <string_view>

#include <arrow/status.h>

namespace millrace::clients::parquet {

namespace {
constexpr std::size_t kGatherBytes = 256 * 1024;
}  // namespace

arrow::Status OutputStream::Append(std::string_view bytes) {
  if (file_status_.ok()) file_status_ = file_->Append(bytes);
  if (!file_status_.ok()) return arrow::Status::IOError(file_status_.message());
  return arrow::Status::OK();
}

arrow::Status OutputStream::Write(const void* data, std::int64_t size_bytes) {
  if (closed_) return arrow::Status::Invalid("write to a closed stream");
  const std::string_view bytes(static_cast<const char*>(data),
                               static_cast<std::size_t>(size_bytes));
  position_ += size_bytes;
  const bool is_large = bytes.size() > kGatherBytes / 2;
  if (is_large || gathered_.size() + bytes.size() > kGatherBytes) ARROW_RETURN_NOT_OK(Flush());
  if (is_large) return Append(bytes);
  gathered_.append(bytes);
  return arrow::Status::OK();
}

arrow::Status OutputStream::Flush() {
  if (gathered_.empty()) return arrow::Status::OK();
  arrow::Status appended = Append(gathered_);
  gathered_.clear();
  return appended;
}

arrow::Status OutputStream::Close() {
  if (closed_) return arrow::Status::OK();
  ARROW_RETURN_NOT_OK(Flush());
  closed_ = true;
  return arrow::Status::OK();
}

base::Status OutputStream::CloseFile() {
  if (file_status_.ok()) file_status_ = file_->Close();
  return file_status_;
}

}  // namespace millrace::clients::parquet
