#include "sources/kafka/record_batch_builder.h"

#include <cstring>
#include <limits>

#include <fmt/format.h>

#include "base/check.h"
#include "data/arrow_schema.h"

namespace millrace::sources::kafka {

namespace {

using base::Status;
using clients::kafka::Record;

constexpr std::int64_t kMicrosPerMilli = 1000;

StructType HeaderType() { return StructType().add("key", StringType()).add("value", BinaryType()); }

/// The Arrow type of one column, by the engine's one mapping.
std::shared_ptr<arrow::Field> ArrowField(KafkaColumn column) {
  auto field = data::ToArrowField(KafkaSchema(true)[static_cast<std::size_t>(column)]);
  MILLRACE_CHECK(field.ok());
  return std::move(field).value();
}

Status BadTimestamp(const clients::kafka::TopicPartition& partition, std::int64_t offset,
                    std::int64_t timestamp) {
  return Status::InvalidArgument(
             fmt::format(
                 "Record at topic {} partition {} offset {} has timestamp value {} that overflows "
                 "when "
                 "converting to Spark's microsecond-precision TimestampType.\n"
                 "Kafka record timestamps must be in milliseconds since epoch per the Kafka "
                 "protocol. "
                 "The provided value suggests the producer may be writing timestamps in "
                 "microseconds "
                 "or nanoseconds instead.\n"
                 "Ensure the Kafka producer sets the ProducerRecord timestamp in milliseconds.",
                 partition.topic, partition.partition, offset, timestamp))
      .WithSparkError({.exception_class = "KafkaIllegalStateException",
                       .condition = "KAFKA_MALFORMED_RECORD_TIMESTAMP",
                       .sql_state = "22008",
                       .parameters = {{"topic", partition.topic},
                                      {"partition", std::to_string(partition.partition)},
                                      {"offset", std::to_string(offset)},
                                      {"timestamp", std::to_string(timestamp)}}});
}

}  // namespace

StructType KafkaSchema(bool include_headers) {
  StructType schema = StructType()
                          .add("key", BinaryType())
                          .add("value", BinaryType())
                          .add("topic", StringType())
                          .add("partition", IntegerType())
                          .add("offset", LongType())
                          .add("timestamp", TimestampType())
                          .add("timestampType", IntegerType());
  return include_headers ? schema.add("headers", ArrayType(HeaderType())) : schema;
}

/// One column under construction.
class RecordBatchBuilder::Column {
 public:
  virtual ~Column() = default;
  virtual Status Append(std::span<const Record> records) = 0;
  virtual arrow::Result<std::shared_ptr<arrow::Array>> Finish(std::int64_t rows) = 0;
};

/// Key or value: one copy of the bytes into a buffer that grows; its size is the first guess for
/// the next batch.
class RecordBatchBuilder::BytesColumn : public Column {
 public:
  BytesColumn(const char* Record::* bytes, std::size_t Record::* size)
      : bytes_(bytes), size_(size) {}

  Status Append(std::span<const Record> records) override {
    const std::int64_t count = static_cast<std::int64_t>(records.size());
    std::int64_t needed = used_ + kPaddingBytes;
    std::int64_t nulls = 0;
    for (const Record& record : records) {
      nulls += record.*bytes_ == nullptr;
      needed += record.*bytes_ == nullptr ? 0 : static_cast<std::int64_t>(record.*size_);
    }
    MILLRACE_RETURN_IF_ERROR(Reserve(needed));
    MILLRACE_RETURN_IF_ERROR(data::FromArrow(offsets_.Reserve(count + 1)));
    if (rows_ == 0) offsets_.UnsafeAppend(0);
    if (nulls > 0 || nulls_ > 0) MILLRACE_RETURN_IF_ERROR(AppendValidity(records));
    char* data = reinterpret_cast<char*>(data_->mutable_data());
    for (const Record& record : records) {
      if (record.*bytes_ != nullptr) {
        std::memcpy(data + used_, record.*bytes_, record.*size_);
        used_ += static_cast<std::int64_t>(record.*size_);
      }
      offsets_.UnsafeAppend(static_cast<std::int32_t>(used_));
    }
    nulls_ += nulls;
    rows_ += count;
    return Status::Ok();
  }

  arrow::Result<std::shared_ptr<arrow::Array>> Finish(std::int64_t rows) override {
    if (data_ == nullptr) {
      ARROW_ASSIGN_OR_RAISE(data_, arrow::AllocateResizableBuffer(kPaddingBytes));
    }
    if (rows_ == 0) ARROW_RETURN_NOT_OK(offsets_.Append(0));
    std::memset(data_->mutable_data() + used_, 0, kPaddingBytes);
    ARROW_RETURN_NOT_OK(data_->Resize(used_, /*shrink_to_fit=*/false));
    std::shared_ptr<arrow::Buffer> valid;
    if (nulls_ > 0) {
      ARROW_ASSIGN_OR_RAISE(valid, valid_.Finish());
    }
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> offsets, offsets_.Finish());
    auto array = arrow::MakeArray(arrow::ArrayData::Make(
        arrow::binary(), rows, {std::move(valid), std::move(offsets), std::move(data_)}, nulls_));
    last_bytes_ = used_;
    data_ = nullptr;
    used_ = capacity_ = rows_ = nulls_ = 0;
    return array;
  }

 private:
  Status Reserve(std::int64_t needed) {
    if (needed <= capacity_) return Status::Ok();
    if (needed > std::numeric_limits<std::int32_t>::max()) {
      return Status::Internal("kafka: a batch of rows has more bytes than a column can hold");
    }
    const std::int64_t size =
        std::max<std::int64_t>({needed, 2 * capacity_, last_bytes_ * 9 / 8, 4096});
    if (data_ == nullptr) {
      auto allocated = arrow::AllocateResizableBuffer(size);
      if (!allocated.ok()) return data::FromArrow(allocated.status());
      data_ = std::move(allocated).ValueUnsafe();
    } else {
      MILLRACE_RETURN_IF_ERROR(data::FromArrow(data_->Resize(size, /*shrink_to_fit=*/false)));
    }
    capacity_ = size;
    return Status::Ok();
  }

  Status AppendValidity(std::span<const Record> records) {
    if (nulls_ == 0) {  // The first null: all before these records are none.
      MILLRACE_RETURN_IF_ERROR(data::FromArrow(valid_.Append(rows_, true)));
    }
    for (const Record& record : records) {
      MILLRACE_RETURN_IF_ERROR(data::FromArrow(valid_.Append(record.*bytes_ != nullptr)));
    }
    return Status::Ok();
  }

  const char* Record::* bytes_;
  std::size_t Record::* size_;
  arrow::TypedBufferBuilder<std::int32_t> offsets_;
  arrow::TypedBufferBuilder<bool> valid_;
  std::shared_ptr<arrow::ResizableBuffer> data_;
  std::int64_t used_ = 0;
  std::int64_t capacity_ = 0;
  std::int64_t last_bytes_ = 0;
  std::int64_t rows_ = 0;
  std::int64_t nulls_ = 0;
};

/// A column without nulls of one number a record. `Get` puts it into its second argument.
template <typename Value, typename Get>
class RecordBatchBuilder::FixedColumn : public Column {
 public:
  FixedColumn(std::shared_ptr<arrow::DataType> type, Get get)
      : type_(std::move(type)), get_(std::move(get)) {}

  Status Append(std::span<const Record> records) override {
    MILLRACE_RETURN_IF_ERROR(
        data::FromArrow(values_.Reserve(static_cast<std::int64_t>(records.size()))));
    for (const Record& record : records) {
      Value value{};
      MILLRACE_RETURN_IF_ERROR(get_(record, &value));
      values_.UnsafeAppend(value);
    }
    return Status::Ok();
  }

  arrow::Result<std::shared_ptr<arrow::Array>> Finish(std::int64_t rows) override {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> values, values_.Finish());
    return arrow::MakeArray(arrow::ArrayData::Make(type_, rows, {nullptr, std::move(values)}, 0));
  }

 private:
  std::shared_ptr<arrow::DataType> type_;
  Get get_;
  arrow::TypedBufferBuilder<Value> values_;
};

/// Topic and partition: the same in each row.
class RecordBatchBuilder::ConstantColumn : public Column {
 public:
  explicit ConstantColumn(std::shared_ptr<arrow::Scalar> value) : value_(std::move(value)) {}
  Status Append(std::span<const Record>) override { return Status::Ok(); }
  arrow::Result<std::shared_ptr<arrow::Array>> Finish(std::int64_t rows) override {
    return arrow::MakeArrayFromScalar(*value_, rows);
  }

 private:
  std::shared_ptr<arrow::Scalar> value_;
};

class RecordBatchBuilder::HeadersColumn : public Column {
 public:
  explicit HeadersColumn(const std::shared_ptr<arrow::DataType>& type) {
    auto made = arrow::MakeBuilder(type);
    MILLRACE_CHECK(made.ok());
    builder_.reset(static_cast<arrow::ListBuilder*>(made->release()));
    element_ = static_cast<arrow::StructBuilder*>(builder_->value_builder());
    name_ = static_cast<arrow::StringBuilder*>(element_->field_builder(0));
    value_ = static_cast<arrow::BinaryBuilder*>(element_->field_builder(1));
  }

  Status Append(std::span<const Record> records) override {
    for (const Record& record : records) {
      MILLRACE_RETURN_IF_ERROR(data::FromArrow(AppendToBuilders(record.headers())));
    }
    return Status::Ok();
  }

  arrow::Result<std::shared_ptr<arrow::Array>> Finish(std::int64_t) override {
    return builder_->Finish();
  }

 private:
  arrow::Status AppendToBuilders(const std::vector<Record::Header>& headers) {
    if (headers.empty()) return builder_->AppendNull();
    ARROW_RETURN_NOT_OK(builder_->Append());
    for (const Record::Header& header : headers) {
      ARROW_RETURN_NOT_OK(element_->Append());
      ARROW_RETURN_NOT_OK(name_->Append(header.name));
      ARROW_RETURN_NOT_OK(header.value ? value_->Append(*header.value) : value_->AppendNull());
    }
    return arrow::Status::OK();
  }

  std::unique_ptr<arrow::ListBuilder> builder_;
  arrow::StructBuilder* element_;  // Owned by builder_, like the others.
  arrow::StringBuilder* name_;
  arrow::BinaryBuilder* value_;
};

std::unique_ptr<RecordBatchBuilder::Column> RecordBatchBuilder::MakeColumn(KafkaColumn column) {
  const std::shared_ptr<arrow::DataType> type = ArrowField(column)->type();
  const auto fixed = [&]<typename Value, typename Get>(Value, Get get) {
    return std::make_unique<FixedColumn<Value, Get>>(type, std::move(get));
  };
  switch (column) {
    case KafkaColumn::kKey:
      return std::make_unique<BytesColumn>(&Record::key, &Record::key_bytes);
    case KafkaColumn::kValue:
      return std::make_unique<BytesColumn>(&Record::value, &Record::value_bytes);
    case KafkaColumn::kTopic:
      return std::make_unique<ConstantColumn>(
          std::make_shared<arrow::StringScalar>(partition_.topic));
    case KafkaColumn::kPartition:
      return std::make_unique<ConstantColumn>(
          std::make_shared<arrow::Int32Scalar>(partition_.partition));
    case KafkaColumn::kOffset:
      return fixed(std::int64_t{}, [](const Record& record, std::int64_t* out) {
        *out = record.offset;
        return Status::Ok();
      });
    case KafkaColumn::kTimestamp:
      return fixed(std::int64_t{}, [this](const Record& record, std::int64_t* out) {
        const std::int64_t millis = record.timestamp_ms();
        if (!__builtin_mul_overflow(millis, kMicrosPerMilli, out)) return Status::Ok();
        return BadTimestamp(partition_, record.offset, millis);
      });
    case KafkaColumn::kTimestampType:
      return fixed(std::int32_t{}, [](const Record& record, std::int32_t* out) {
        *out = record.timestamp_type();
        return Status::Ok();
      });
    case KafkaColumn::kHeaders:
      return std::make_unique<HeadersColumn>(type);
  }
  return nullptr;
}

RecordBatchBuilder::RecordBatchBuilder(clients::kafka::TopicPartition partition,
                                       const std::vector<int>& columns)
    : partition_(std::move(partition)) {
  std::vector<std::shared_ptr<arrow::Field>> fields;
  for (const int column : columns) {
    fields.push_back(ArrowField(static_cast<KafkaColumn>(column)));
    columns_.push_back(MakeColumn(static_cast<KafkaColumn>(column)));
  }
  schema_ = arrow::schema(std::move(fields));
}

RecordBatchBuilder::~RecordBatchBuilder() = default;

Status RecordBatchBuilder::Append(std::span<const Record> records) {
  for (const auto& column : columns_) MILLRACE_RETURN_IF_ERROR(column->Append(records));
  rows_ += static_cast<std::int64_t>(records.size());
  for (const Record& record : records) {
    bytes_ += static_cast<std::int64_t>((record.key == nullptr ? 0 : record.key_bytes) +
                                        (record.value == nullptr ? 0 : record.value_bytes));
  }
  return Status::Ok();
}

base::Result<std::shared_ptr<arrow::RecordBatch>> RecordBatchBuilder::Finish() {
  std::vector<std::shared_ptr<arrow::Array>> arrays;
  for (const auto& column : columns_) {
    auto array = column->Finish(rows_);
    if (!array.ok()) return data::FromArrow(array.status());
    arrays.push_back(std::move(array).ValueUnsafe());
  }
  auto batch = arrow::RecordBatch::Make(schema_, rows_, std::move(arrays));
  rows_ = 0;
  bytes_ = 0;
  return batch;
}

}  // namespace millrace::sources::kafka
