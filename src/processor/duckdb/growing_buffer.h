#pragma once

#include <cstdint>
#include <cstring>
#include <memory>

#include <arrow/buffer.h>
#include <arrow/type_fwd.h>

namespace millrace::processor::duckdb {

/// Bytes that grow at the end, in memory that becomes an Arrow buffer without a copy. Out of memory
/// ends the process.
class GrowingBuffer {
 public:
  std::int64_t size() const { return size_; }
  const std::uint8_t* data() const { return data_; }
  std::uint8_t* mutable_data() { return data_; }

  /// Room for `more` bytes behind the end; returns the place.
  std::uint8_t* Ensure(std::int64_t more) {
    if (size_ + more > capacity_) [[unlikely]]
      Grow(more);
    return data_ + size_;
  }
  /// Counts `bytes` of the room as written.
  void Advance(std::int64_t bytes) { size_ += bytes; }
  template <typename T>
  void Append(T value) {
    std::memcpy(Ensure(sizeof(T)), &value, sizeof(T));
    size_ += sizeof(T);
  }
  void Append(const void* bytes, std::int64_t length) {
    if (length == 0) return;
    std::memcpy(Ensure(length), bytes, static_cast<std::size_t>(length));
    size_ += length;
  }
  void Truncate(std::int64_t size) { size_ = size; }

  /// The bytes; the buffer is empty again.
  std::shared_ptr<arrow::Buffer> Finish();

 private:
  void Grow(std::int64_t more);

  std::uint8_t* data_ = nullptr;
  std::int64_t size_ = 0;
  std::int64_t capacity_ = 0;
  std::shared_ptr<arrow::ResizableBuffer> buffer_;
};

}  // namespace millrace::processor::duckdb
