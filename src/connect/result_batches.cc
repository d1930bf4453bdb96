#include "connect/result_batches.h"

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/writer.h>
#include <fmt/format.h>

#include <algorithm>

#include "connect/type_conversion.h"
#include "connector/source.h"
#include "data/arrow_schema.h"

namespace millrace::connect {
namespace {

// As large as Spark makes its batches: 70 % of spark.connect.grpc.arrow.maxBatchSize.
constexpr std::int64_t kMaxBatchBytes = 134'217'728 / 10 * 7;
constexpr std::int64_t kMaxChunkBytes = 120'795'955;
constexpr std::int64_t kMinChunkBytes = 1024;

/// An Arrow IPC stream in memory.
class IpcStream {
 public:
  base::Status Open(const std::shared_ptr<arrow::Schema>& schema) {
    auto buffer = arrow::io::BufferOutputStream::Create();
    if (!buffer.ok()) return data::FromArrow(buffer.status());
    buffer_ = *buffer;
    auto writer = arrow::ipc::MakeStreamWriter(buffer_, schema);
    if (!writer.ok()) return data::FromArrow(writer.status());
    writer_ = *writer;
    return base::Status::Ok();
  }
  base::Status Write(const arrow::RecordBatch& batch) {
    return data::FromArrow(writer_->WriteRecordBatch(batch));
  }
  base::Result<std::string> Finish() {
    MILLRACE_RETURN_IF_ERROR(data::FromArrow(writer_->Close()));
    auto buffer = buffer_->Finish();
    if (!buffer.ok()) return data::FromArrow(buffer.status());
    return (*buffer)->ToString();
  }

 private:
  std::shared_ptr<arrow::io::BufferOutputStream> buffer_;
  std::shared_ptr<arrow::ipc::RecordBatchWriter> writer_;
};

base::Result<std::string> Serialized(const arrow::RecordBatch& batch) {
  IpcStream stream;
  MILLRACE_RETURN_IF_ERROR(stream.Open(batch.schema()));
  MILLRACE_RETURN_IF_ERROR(stream.Write(batch));
  return stream.Finish();
}

/// Sends batches one after the other and counts what has gone out.
class BatchSender {
 public:
  BatchSender(std::int64_t max_bytes, Operation* operation)
      : max_bytes_(max_bytes), operation_(operation) {}

  base::Status Send(const std::shared_ptr<arrow::RecordBatch>& batch) {
    MILLRACE_ASSIGN_OR_RETURN(const std::string bytes, Serialized(*batch));
    const auto size = static_cast<std::int64_t>(bytes.size());
    if (size > kMaxBatchBytes && batch->num_rows() > 1 && !operation_->options().allow_chunks) {
      const std::int64_t half = batch->num_rows() / 2;
      MILLRACE_RETURN_IF_ERROR(Send(batch->Slice(0, half)));
      return Send(batch->Slice(half));
    }
    sent_bytes_ += size;
    if (max_bytes_ > 0 && sent_bytes_ > max_bytes_) {
      return base::Status::InvalidArgument(
                 fmt::format("the result is larger than {} bytes, which this server allows "
                             "(--max-result-bytes); write it with df.write, or select less",
                             max_bytes_))
          .WithSparkError({"SparkException", "", "", {}});
    }
    return SendChunks(bytes, batch->num_rows());
  }
  std::int64_t batches() const { return batches_; }

 private:
  std::int64_t ChunkBytes(std::int64_t size) const {
    const OperationOptions& options = operation_->options();
    if (!options.allow_chunks) return std::max<std::int64_t>(size, 1);
    if (options.preferred_chunk_bytes <= 0) return kMaxChunkBytes;
    return std::clamp(options.preferred_chunk_bytes, kMinChunkBytes, kMaxChunkBytes);
  }

  base::Status SendChunks(const std::string& bytes, std::int64_t rows) {
    const auto size = static_cast<std::int64_t>(bytes.size());
    const std::int64_t chunk_bytes = ChunkBytes(size);
    const std::int64_t chunks = std::max<std::int64_t>(1, (size + chunk_bytes - 1) / chunk_bytes);
    for (std::int64_t chunk = 0; chunk < chunks; ++chunk) {
      Response response;
      auto* out = response.mutable_arrow_batch();
      out->set_row_count(rows);
      out->set_start_offset(sent_rows_);
      out->set_data(bytes.substr(static_cast<std::size_t>(chunk * chunk_bytes),
                                 static_cast<std::size_t>(chunk_bytes)));
      if (operation_->options().allow_chunks) {
        out->set_chunk_index(chunk);
        out->set_num_chunks_in_batch(chunks);
      }
      MILLRACE_RETURN_IF_ERROR(operation_->Send(std::move(response)));
    }
    sent_rows_ += rows;
    ++batches_;
    return base::Status::Ok();
  }

  const std::int64_t max_bytes_;
  Operation* const operation_;
  std::int64_t sent_rows_ = 0;
  std::int64_t sent_bytes_ = 0;
  std::int64_t batches_ = 0;
};

base::Result<std::shared_ptr<arrow::RecordBatch>> EmptyBatch(const StructType& schema) {
  MILLRACE_ASSIGN_OR_RETURN(const auto arrow_schema, data::ToArrowSchema(schema));
  auto batch = arrow::RecordBatch::MakeEmpty(arrow_schema);
  if (!batch.ok()) return data::FromArrow(batch.status());
  return *batch;
}

}  // namespace

base::Status SendRows(const StructType& schema, processor::RowStream* rows,
                      std::int64_t max_bytes, Operation* operation) {
  Response response;
  ToProto(schema, response.mutable_schema());
  MILLRACE_RETURN_IF_ERROR(operation->Send(std::move(response)));
  BatchSender sender(max_bytes, operation);
  while (true) {
    MILLRACE_ASSIGN_OR_RETURN(const auto batch, rows->Next());
    if (batch == nullptr) break;
    if (batch->num_rows() > 0) MILLRACE_RETURN_IF_ERROR(sender.Send(batch));
  }
  if (sender.batches() > 0) return base::Status::Ok();
  MILLRACE_ASSIGN_OR_RETURN(const auto empty, EmptyBatch(schema));
  return sender.Send(empty);
}

base::Result<std::string> IpcStreamOf(connector::Table* table, std::stop_token stop) {
  MILLRACE_ASSIGN_OR_RETURN(const auto schema, data::ToArrowSchema(table->schema()));
  IpcStream stream;
  MILLRACE_RETURN_IF_ERROR(stream.Open(schema));
  std::vector<int> columns;
  for (std::size_t i = 0; i < table->schema().size(); ++i) columns.push_back(static_cast<int>(i));
  MILLRACE_ASSIGN_OR_RETURN(const auto partitions, table->PlanPartitions(stop));
  for (const auto& partition : partitions) {
    MILLRACE_ASSIGN_OR_RETURN(const auto reader, table->OpenReader(partition, columns));
    while (true) {
      MILLRACE_ASSIGN_OR_RETURN(const auto batch, reader->Next(stop));
      if (batch == nullptr) break;
      MILLRACE_RETURN_IF_ERROR(stream.Write(*batch));
    }
  }
  return stream.Finish();
}

base::Result<std::string> IpcStreamOf(const StructType& schema, processor::RowStream* rows) {
  MILLRACE_ASSIGN_OR_RETURN(const auto arrow_schema, data::ToArrowSchema(schema));
  IpcStream stream;
  MILLRACE_RETURN_IF_ERROR(stream.Open(arrow_schema));
  while (true) {
    MILLRACE_ASSIGN_OR_RETURN(const auto batch, rows->Next());
    if (batch == nullptr) break;
    MILLRACE_RETURN_IF_ERROR(stream.Write(*batch));
  }
  return stream.Finish();
}

}  // namespace millrace::connect
