#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <arrow/api.h>

#include "base/result.h"
#include "clients/kafka/partition_stream.h"
#include "millrace/types.h"

namespace millrace::sources::kafka {

/// Columns of the Kafka source (1.3 of the contract), in order.
enum class KafkaColumn {
  kKey,
  kValue,
  kTopic,
  kPartition,
  kOffset,
  kTimestamp,
  kTimestampType,
  kHeaders
};

/// key, value, topic, partition, offset, timestamp, timestampType[, headers].
StructType KafkaSchema(bool include_headers);

/// Makes record batches of some of the columns out of records. The bytes of a record are copied
/// once. The data buffers of key and value have at least 64 readable zero bytes behind their end
/// (capacity >= size + 64), so that a parser may read past a value. Not thread-safe.
class RecordBatchBuilder {
 public:
  static constexpr std::int64_t kPaddingBytes = 64;

  /// `columns`: indexes into KafkaSchema, ascending.
  RecordBatchBuilder(clients::kafka::TopicPartition partition, const std::vector<int>& columns);
  ~RecordBatchBuilder();

  /// InvalidArgument (KAFKA_MALFORMED_RECORD_TIMESTAMP, 22008) names the record whose time does not
  /// fit into microseconds; the builder is then of no further use.
  base::Status Append(std::span<const clients::kafka::Record> records);

  std::int64_t rows() const { return rows_; }
  /// Bytes of keys and values so far.
  std::int64_t bytes() const { return bytes_; }
  /// The rows so far; the builder is then empty.
  base::Result<std::shared_ptr<arrow::RecordBatch>> Finish();

 private:
  class Column;
  class BytesColumn;
  template <typename Value, typename Get>
  class FixedColumn;
  class ConstantColumn;
  class HeadersColumn;

  std::unique_ptr<Column> MakeColumn(KafkaColumn column);

  clients::kafka::TopicPartition partition_;
  std::shared_ptr<arrow::Schema> schema_;
  std::vector<std::unique_ptr<Column>> columns_;
  std::int64_t rows_ = 0;
  std::int64_t bytes_ = 0;
};

}  // namespace millrace::sources::kafka
