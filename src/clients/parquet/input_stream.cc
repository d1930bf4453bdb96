#include "clients/parquet/input_stream.h"

#include <algorithm>

#include <arrow/buffer.h>
#include <arrow/status.h>

namespace millrace::clients::parquet {

arrow::Result<std::int64_t> InputStream::ReadAt(std::int64_t position, std::int64_t size_bytes,
                                                void* out) {
  if (position < 0 || size_bytes < 0) return arrow::Status::Invalid("read outside of the file");
  auto read = file_->ReadAt(position, size_bytes, static_cast<char*>(out));
  if (read.ok()) return *read;
  std::lock_guard lock(mutex_);
  if (file_status_.ok()) file_status_ = read.status();
  return arrow::Status::IOError(read.status().message());
}

arrow::Result<std::shared_ptr<arrow::Buffer>> InputStream::ReadAt(std::int64_t position,
                                                                  std::int64_t size_bytes) {
  // A damaged footer may ask for more than there is.
  const std::int64_t rest = std::max<std::int64_t>(0, file_->size_bytes() - position);
  ARROW_ASSIGN_OR_RAISE(auto buffer,
                        arrow::AllocateResizableBuffer(std::clamp<std::int64_t>(size_bytes, 0, rest)));
  ARROW_ASSIGN_OR_RAISE(const std::int64_t read,
                        ReadAt(position, buffer->size(), buffer->mutable_data()));
  ARROW_RETURN_NOT_OK(buffer->Resize(read));
  return std::shared_ptr<arrow::Buffer>(std::move(buffer));
}

arrow::Result<std::int64_t> InputStream::Read(std::int64_t size_bytes, void* out) {
  ARROW_ASSIGN_OR_RAISE(const std::int64_t read, ReadAt(position_, size_bytes, out));
  position_ += read;
  return read;
}

arrow::Result<std::shared_ptr<arrow::Buffer>> InputStream::Read(std::int64_t size_bytes) {
  ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(position_, size_bytes));
  position_ += buffer->size();
  return buffer;
}

arrow::Status InputStream::Seek(std::int64_t position) {
  if (position < 0) return arrow::Status::Invalid("seek before the file's beginning");
  position_ = position;
  return arrow::Status::OK();
}

arrow::Status InputStream::Close() {
  closed_ = true;
  return arrow::Status::OK();
}

base::Status InputStream::file_status() const {
  std::lock_guard lock(mutex_);
  return file_status_;
}

}  // namespace millrace::clients::parquet
